import { join } from 'node:path';
import { KinetorchError } from '../../lib/base/errors';
import type { Clip } from '../../lib/clip/types';
import { createModel, type ModelArchive } from '../../lib/model/createModel';
import type { CreateModelOptions } from '../../lib/model/options';
import type { ModelInput } from '../../lib/model/types';

/** A file of test/fixtures/models; its manifest.json says what each is. */
export const fixture = (name: string) => join(__dirname, '..', 'fixtures', 'models', name);

/** A whole input; frames are not resized unless `resize` says so, and [0, 1] becomes [-1, 1]. */
export function inputOf(input: Pick<ModelInput, 'frames' | 'height' | 'width'> & Partial<ModelInput>): ModelInput {
  const { height, width } = input;
  return {
    frameRate: 15,
    resize: [height, width],
    antialias: false,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    ...input,
  };
}

/** What the fixtures' networks were made for. */
export const fixtureInput = inputOf({
  frames: 4,
  height: 16,
  width: 16,
  frameRate: 10,
  mean: [0, 0, 0],
  std: [1, 1, 1],
});
export const fixtureLabels = ['a', 'b', 'c', 'd'];

export const smallInput: Partial<ModelInput> = { frames: 4, height: 32, width: 32, resize: [36, 48] };

/** A network that takes a millisecond or two a clip. */
export function smallArchive(options: Partial<CreateModelOptions> = {}): Promise<ModelArchive> {
  return createModel({
    architecture: 'r2plus1d_dw',
    labels: ['walk', 'run', 'jump', 'sit', 'fall', 'wave'],
    input: smallInput,
    seed: 3,
    ...options,
  });
}

/** A network that takes long enough, some hundred milliseconds a clip, to be caught in the middle. */
export function slowArchive(): Promise<ModelArchive> {
  return createModel({
    architecture: 'mc3_18',
    numClasses: 3,
    input: { frames: 8, height: 64, width: 64, resize: [64, 64] },
  });
}

/** One thread: tests run beside others, and threads that wait for each other on a busy machine wait long. */
export const onCpu = { device: 'cpu', threads: 1 } as const;

/** Repeatable noise; another `seed` gives another clip. */
export function noiseClip({ frames = 4, height = 40, width = 56, seed = 1 } = {}): Clip & { data: Uint8Array } {
  const data = new Uint8Array(frames * height * width * 3);
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { data, frames, height, width };
}

/** Waits for a rejection (or a throw) and checks that it is a KinetorchError with `code`, whose message has every part. */
export async function expectError(
  attempt: (() => unknown) | Promise<unknown>,
  code: string,
  ...parts: (string | RegExp)[]
): Promise<void> {
  let value: unknown;
  try {
    value = await (typeof attempt === 'function' ? attempt() : attempt);
  } catch (error) {
    expect(error).toBeInstanceOf(KinetorchError);
    const { code: received, message } = error as KinetorchError;
    expect({ code: received, message }).toEqual({ code, message: expect.any(String) });
    for (const part of parts) expect(message).toMatch(part);
    return;
  }
  throw new Error(`expected ${code} but it succeeded with ${String(value)}`);
}

/** The largest difference between two vectors of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference = Math.max(difference, Math.abs((a[i] as number) - (b[i] as number)));
  return difference;
}

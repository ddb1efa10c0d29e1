import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clip } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { deterministicTensor } from '../support/deterministic';
import { fixture, fixtureInput, fixtureLabels, maxDifference, noiseClip, onCpu, smallArchive } from '../support/models';

let model: VideoModel;
beforeAll(async () => {
  model = await loadModel(await smallArchive(), onCpu);
});
afterAll(() => model.dispose());

const asFloat = (clip: Clip): Clip => ({ ...clip, data: Float32Array.from(clip.data, (byte) => byte / 255) });

test('a model knows what it is', () => {
  expect(model).toMatchObject({ architecture: 'r2plus1d_dw', device: 'cpu', precision: 'float32' });
  expect(model.labels).toEqual(['walk', 'run', 'jump', 'sit', 'fall', 'wave']);
  expect(model.input).toMatchObject({ frames: 4, height: 32, width: 32, resize: [36, 48] });
});

test('predictions are labelled, best first, and sum to 1', async () => {
  const { predictions, timing } = await model.classifyClip(noiseClip(), { topK: 6 });
  expect(predictions.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  for (const { label, index } of predictions) expect(label).toBe(model.labels[index]);
  const scores = predictions.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
  expect(timing).toEqual({ queueMs: expect.any(Number), runMs: expect.any(Number), batchSize: 1 });
  expect(timing.runMs).toBeGreaterThan(0);
});

test('topK is 5 by default and otherwise as asked', async () => {
  const all = (await model.classifyClip(noiseClip(), { topK: 6 })).predictions;
  expect((await model.classifyClip(noiseClip())).predictions).toEqual(all.slice(0, 5));
  expect((await model.classifyClip(noiseClip(), { topK: 1 })).predictions).toEqual(all.slice(0, 1));
});

test('logits, probabilities and predictions agree', async () => {
  const clip = noiseClip();
  const [logits, probabilities, { predictions }] = await Promise.all([
    model.logits(clip),
    model.probabilities(clip),
    model.classifyClip(clip, { topK: 6 }),
  ]);
  const exponents = Array.from(logits, Math.exp);
  const sum = exponents.reduce((total, value) => total + value, 0);
  expect(
    maxDifference(
      probabilities,
      exponents.map((value) => value / sum),
    ),
  ).toBeLessThan(1e-6);
  for (const { index, score } of predictions) expect(score).toBeCloseTo(probabilities[index] as number, 6);
  expect(new Set(logits).size).toBe(6);
});

test('an embedding is the same for the same clip and another for another', async () => {
  const [first, again, other] = await Promise.all([
    model.embedClip(noiseClip()),
    model.embedClip(noiseClip()),
    model.embedClip(noiseClip({ seed: 2 })),
  ]);
  expect(first.length).toBeGreaterThan(6);
  expect(maxDifference(first, again)).toBeLessThan(1e-5);
  expect(maxDifference(first, other)).toBeGreaterThan(1e-3);
});

test('the bytes are copied before the call returns', async () => {
  const expected = await model.logits(noiseClip());
  const clip = noiseClip();
  const call = model.logits(clip);
  clip.data.fill(0);
  expect(maxDifference(await call, expected)).toBeLessThan(1e-5);
  expect(maxDifference(await model.logits(clip), expected)).toBeGreaterThan(1e-4);
});

test('a float clip in 0…1 equals its uint8 clip, up to the rounding of the resize', async () => {
  const clip = noiseClip();
  expect(maxDifference(await model.logits(asFloat(clip)), await model.logits(clip))).toBeLessThan(2e-3);
  // Without a resize there is nothing to round.
  const fitting = noiseClip({ height: 36, width: 48 });
  expect(maxDifference(await model.logits(asFloat(fitting)), await model.logits(fitting))).toBeLessThan(1e-5);
});

test('a Uint8ClampedArray and a view into a larger buffer are clips too', async () => {
  const clip = noiseClip();
  const expected = await model.logits(clip);
  const clamped = { ...clip, data: Uint8ClampedArray.from(clip.data) };
  const larger = new Uint8Array(clip.data.length + 100);
  larger.set(clip.data, 37);
  const view = { ...clip, data: larger.subarray(37, 37 + clip.data.length) };
  expect(maxDifference(await model.logits(clamped), expected)).toBeLessThan(1e-6);
  expect(maxDifference(await model.logits(view), expected)).toBeLessThan(1e-6);
});

/** The clip made of the frames at `indices`. */
function framesOf(clip: Clip, indices: number[]): Clip {
  const size = clip.height * clip.width * 3;
  const data = new Uint8Array(indices.length * size);
  for (const [place, index] of indices.entries()) {
    data.set((clip.data as Uint8Array).subarray(index * size, (index + 1) * size), place * size);
  }
  return { ...clip, data, frames: indices.length };
}

test.each([
  [10, [0, 3, 6, 9]],
  [5, [0, 1, 2, 4]],
  [1, [0, 0, 0, 0]],
  [2, [0, 0, 0, 1]],
])('of %i frames it sees %p', async (frames, indices) => {
  const clip = noiseClip({ frames });
  const picked = await model.logits(framesOf(clip, indices));
  expect(maxDifference(await model.logits(clip), picked)).toBeLessThan(1e-6);
  const others = indices.map((index) => (index + 1) % frames);
  if (frames > 1) expect(maxDifference(await model.logits(framesOf(clip, others)), picked)).toBeGreaterThan(1e-5);
});

test('the crop is taken where it is asked for', async () => {
  // 36×48 resized, 32×32 cropped: of a clip of that size, x = 0, 0.5, 1 see columns from 0, 8 and 16.
  const clip = noiseClip({ height: 36, width: 48 });
  const cut = (top: number, left: number): Clip => {
    const data = new Uint8Array(4 * 36 * 48 * 3);
    for (let row = 0; row < 4 * 32; row++) {
      const frame = Math.floor(row / 32);
      const from = ((frame * 36 + top + (row % 32)) * 48 + left) * 3;
      // Into the centre, where the default crop looks.
      data.set(clip.data.subarray(from, from + 32 * 3), ((frame * 36 + 2 + (row % 32)) * 48 + 8) * 3);
    }
    return { ...clip, data };
  };
  const places = [
    [{ x: 0, y: 0 }, cut(0, 0)],
    [{ x: 0.5, y: 0.5 }, cut(2, 8)],
    [{ x: 1, y: 0.5 }, cut(2, 16)],
    [{ x: 1, y: 1 }, cut(4, 16)],
  ] as const;
  const seen: Float32Array[] = [];
  for (const [crop, expected] of places) {
    const logits = await model.logits(clip, { crop });
    expect(maxDifference(logits, await model.logits(expected))).toBeLessThan(1e-6);
    for (const other of seen) expect(maxDifference(logits, other)).toBeGreaterThan(1e-5);
    seen.push(logits);
  }
});

test('path, bytes and archive give one model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-load-'));
  try {
    const archive = await smallArchive();
    const path = join(folder, 'model.pt');
    await archive.save(path);
    const expected = await model.logits(noiseClip());
    for (const source of [path, await readFile(path), archive.bytes, archive]) {
      await using loaded = await loadModel(source, onCpu);
      expect(maxDifference(await loaded.logits(noiseClip()), expected)).toBeLessThan(1e-6);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('options replace labels and input of the file', async () => {
  const labels = ['1', '2', '3', '4', '5', '6'];
  await using other = await loadModel(await smallArchive(), { ...onCpu, labels, input: { frames: 8 } });
  expect(other.labels).toEqual(labels);
  expect(other.input).toMatchObject({ frames: 8, height: 32 });
  expect(await other.logits(noiseClip({ frames: 8 }))).toHaveLength(6);
});

test.each(['scripted.pt', 'traced.pt'])('%s from Python gives the logits that Python gave', async (name) => {
  const manifest = JSON.parse(await readFile(fixture('manifest.json'), 'utf8')) as {
    clipShape: [number, number, number, number, number];
    scriptedLogits: number[][];
  };
  const [count, channels, frames, height, width] = manifest.clipShape;
  const values = deterministicTensor('clip', manifest.clipShape);
  await using foreign = await loadModel(fixture(name), {
    ...onCpu,
    labels: fixtureLabels,
    input: { ...fixtureInput, frames, height, width, resize: [height, width] },
  });
  expect(foreign.architecture).toBe('custom');
  const plane = frames * height * width;
  const calls = Array.from({ length: count }, (_, n) => {
    const data = new Float32Array(plane * 3);
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) data[i * 3 + c] = values[(n * channels + c) * plane + i] as number;
    }
    return foreign.logits({ data, frames, height, width });
  });
  for (const [n, logits] of (await Promise.all(calls)).entries()) {
    expect(maxDifference(logits, manifest.scriptedLogits[n] as number[])).toBeLessThan(1e-5);
  }
});

test('bfloat16 runs and gives nearly the same', async () => {
  await using half = await loadModel(await smallArchive(), { ...onCpu, precision: 'bfloat16' });
  expect(half.precision).toBe('bfloat16');
  const clip = noiseClip();
  const expected = await model.probabilities(clip);
  const received = await half.probabilities(clip);
  expect(maxDifference(received, expected)).toBeLessThan(0.02);
  expect(maxDifference(received, expected)).toBeGreaterThan(0);
});

test('antialias changes what a shrunk clip looks like', async () => {
  await using smooth = await loadModel(await smallArchive(), { ...onCpu, input: { antialias: true } });
  const clip = noiseClip({ height: 144, width: 192 });
  expect(maxDifference(await smooth.logits(clip), await model.logits(clip))).toBeGreaterThan(1e-4);
});

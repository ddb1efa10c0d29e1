import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { KinetorchError } from '../../lib/base/errors';
import type { VideoClip } from '../../lib/video/types';
import { sharedData } from './temporaryFolder';

export const clipsFolder = join(sharedData, 'clips');

export const realFile = (name: string) => join(clipsFolder, name);

export interface VideoSpec {
  path: string;
  format: string;
  codec: string;
  width: number;
  height: number;
  frames: ({ pts: number } & ({ y: number; u: number; v: number; a?: number } | { number: number }))[];
  pixelFormat?: string;
  timeBase?: [number, number];
  /** Frames a second. */
  rate?: readonly [number, number];
  /** Half seconds of silence beside the video. */
  sound?: number;
  gop?: number;
  bFrames?: number;
  colorSpace?: number;
  colorRange?: number;
  colorTrc?: number;
  colorPrimaries?: number;
  sampleAspectRatio?: [number, number];
  /** Of the stream, by FFmpeg's names: int32 values. */
  sideData?: Record<string, number[]>;
  /** Of every frame, by FFmpeg's names. */
  frameFlags?: string[];
  options?: Record<string, string>;
  muxer?: Record<string, string>;
}

/** Writes videos of plain colours. */
export function makeVideos(specs: VideoSpec[]): void {
  const script = join(__dirname, 'makeVideo.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(specs)], { encoding: 'utf8' });
  if (!stdout.includes('made')) throw new Error(`makeVideo.mjs failed: ${stderr}`);
}

/** Grey frames at the given times, each a little lighter than the one before: the grey tells which frame it is. */
export function greyFrames(times: number[]): { pts: number; y: number; u: number; v: number }[] {
  return times.map((pts, i) => ({ pts, y: 20 + i * 2, u: 128, v: 128 }));
}

/** The number that each frame of a clip shows (see makeVideo.mjs). */
export function shownNumbers({ data, frames, height, width }: VideoClip): number[] {
  const isWhite = (frame: number, bit: number) => {
    const x = Math.floor((((bit % 4) + 0.5) * width) / 4);
    const y = Math.floor(((Math.floor(bit / 4) + 0.5) * height) / 4);
    return (data[((frame * height + y) * width + x) * 3] as number) > 128;
  };
  const bits = Array.from({ length: 16 }, (_, bit) => bit);
  return Array.from({ length: frames }, (_, frame) =>
    bits.reduce((number, bit) => number + (isWhite(frame, bit) ? 2 ** bit : 0), 0),
  );
}

/** Which of the grey frames each frame of a clip is. */
export function greyIndices(clip: VideoClip): number[] {
  return Array.from({ length: clip.frames }, (_, i) => {
    const middle = (Math.floor(clip.height / 2) * clip.width + Math.floor(clip.width / 2)) * 3;
    const grey = clip.data[i * clip.height * clip.width * 3 + middle] as number;
    // Plus 0, because -0 and 0 are different to toEqual.
    return Math.round(((grey * 219) / 255 + 16 - 20) / 2) + 0;
  });
}

/** What is on screen at `time`: the last frame that has appeared, or the first of all. */
export function shownAt(times: number[], time: number): number {
  let shown = 0;
  times.forEach((start, i) => {
    if (start <= time + 1e-6) shown = i;
  });
  return shown;
}

export function frameHashes(clip: VideoClip): string[] {
  const bytes = clip.height * clip.width * 3;
  return Array.from({ length: clip.frames }, (_, i) =>
    createHash('sha1')
      .update(clip.data.subarray(i * bytes, (i + 1) * bytes))
      .digest('hex'),
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The KinetorchError that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<KinetorchError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(KinetorchError);
    return error as KinetorchError;
  }
  throw new Error('expected a rejection but the promise was fulfilled');
}

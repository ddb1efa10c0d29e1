import type { RgbClip } from './types';

/** A copy of the frames of a clip at `indices`, in that order. */
export function pickFrames(clip: RgbClip, indices: readonly number[]): RgbClip {
  const { height, width } = clip;
  const bytes = height * width * 3;
  const data = new Uint8Array(indices.length * bytes);
  for (const { first, place, length } of runsOf(indices)) {
    data.set(clip.data.subarray(first * bytes, (first + length) * bytes), place * bytes);
  }
  return { data, frames: indices.length, height, width };
}

/** Neighbouring frames that are wanted one after the other. */
export interface FrameRun {
  /** Index of the first. */
  first: number;
  /** Its place in what was asked for. */
  place: number;
  length: number;
}

/** The fewest runs that give `indices`. */
export function runsOf(indices: readonly number[]): FrameRun[] {
  const runs: FrameRun[] = [];
  indices.forEach((index, place) => {
    const run = runs.at(-1);
    if (run && index === run.first + run.length) run.length++;
    else runs.push({ first: index, place, length: 1 });
  });
  return runs;
}

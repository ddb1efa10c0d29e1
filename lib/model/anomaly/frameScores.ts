import type { ErrorMap } from './errorMap';
import { psnrOf } from './psnr';

/** Pixels of a side of a cell of `topCells`. */
const cellSide = 8;
/** Of a frame's cells, the worst ones that count. */
const worstShare = 0.05;
/** Frames that are given back to the bit have a peak signal-to-noise ratio of infinity; as a score, this one. */
const mostDecibels = 100;

/** What tells how far frames are from what the network makes of them. */
export type FrameScore = 'mse' | 'psnr' | 'topCells';

/** The higher a score, the stranger the frame. */
const scorers: { [Score in FrameScore]: (errors: Float32Array, width: number) => number } = {
  /** Mean squared error of the frame's pixels, 0…1. */
  mse: meanOf,
  /** Its peak signal-to-noise ratio with the sign turned round, in dB: -100 to 0. */
  psnr: (errors: Float32Array) => -Math.min(psnrOf(meanOf(errors)), mostDecibels),
  /** Mean squared error of the worst 5% of the frame's cells of 8×8 pixels: for what is small in a large picture. */
  topCells: (errors: Float32Array, width: number) => worstCells(cellMeans(errors, width)),
};

export const frameScoreNames = Object.keys(scorers) as [FrameScore, ...FrameScore[]];

/** A score for each frame. */
export function frameScores({ data, frames, height, width }: ErrorMap, score: FrameScore): number[] {
  const size = height * width;
  return Array.from({ length: frames }, (_, frame) =>
    scorers[score](data.subarray(frame * size, (frame + 1) * size), width),
  );
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Of each cell, row by row; those at the right and lower edge may be smaller. */
function cellMeans(errors: Float32Array, width: number): number[] {
  const height = errors.length / width;
  const means: number[] = [];
  for (let top = 0; top < height; top += cellSide) {
    const bottom = Math.min(top + cellSide, height);
    for (let left = 0; left < width; left += cellSide) {
      const right = Math.min(left + cellSide, width);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += errors[y * width + x] as number;
      means.push(sum / ((bottom - top) * (right - left)));
    }
  }
  return means;
}

/** Mean of the largest 5%, at least of one. */
function worstCells(means: number[]): number {
  const count = Math.ceil(means.length * worstShare);
  const worst = means.sort((a, b) => b - a).slice(0, count);
  return worst.reduce((sum, mean) => sum + mean, 0) / count;
}

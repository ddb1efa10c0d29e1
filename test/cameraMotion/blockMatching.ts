import type { RgbClip } from '../../lib/clip/types';

/** The green channel of one frame. */
export interface Green {
  width: number;
  height: number;
  values: number[];
}

/** A square of a frame, in pixels. */
export interface Patch {
  x: number;
  y: number;
  size: number;
}

export function greenFrames({ data, frames, height, width }: RgbClip): Green[] {
  return Array.from({ length: frames }, (_, frame) => ({
    width,
    height,
    values: Array.from({ length: height * width }, (_, i) => data[(frame * height * width + i) * 3 + 1] as number),
  }));
}

/** Where the patch of `before` is found in `after`, at most `reach` pixels away: the shift with the least difference. */
export function shiftOf(before: Green, after: Green, patch: Patch, reach: number): { x: number; y: number } {
  let best = { x: 0, y: 0, difference: Infinity };
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const difference = differenceAt(before, after, patch, x, y);
      if (difference < best.difference) best = { x, y, difference };
    }
  }
  return { x: best.x, y: best.y };
}

function differenceAt(before: Green, after: Green, { x, y, size }: Patch, dx: number, dy: number): number {
  let sum = 0;
  let count = 0;
  for (let j = y; j < y + size; j++) {
    for (let i = x; i < x + size; i++) {
      if (i + dx < 0 || j + dy < 0 || i + dx >= after.width || j + dy >= after.height) continue;
      sum += Math.abs(
        (before.values[j * before.width + i] as number) - (after.values[(j + dy) * after.width + i + dx] as number),
      );
      count++;
    }
  }
  return sum / count;
}

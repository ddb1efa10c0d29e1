import type { RgbClip } from './types';

/** A clip of the same size whose every frame is the mean of the frames: all of its motion is gone. */
export function averageFrames({ data, frames, height, width }: RgbClip): RgbClip {
  const size = height * width * 3;
  const sums = new Uint32Array(size);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < size; i++) sums[i] = (sums[i] ?? 0) + (data[frame * size + i] ?? 0);
  }
  const mean = Uint8Array.from(sums, (sum) => Math.round(sum / frames));
  const still = new Uint8Array(frames * size);
  for (let frame = 0; frame < frames; frame++) still.set(mean, frame * size);
  return { data: still, frames, height, width };
}

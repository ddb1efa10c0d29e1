import type { Tensor } from '../../clip/types';
import { type Normalisation, pixelsOf } from './pixelsOf';

/** How far each pixel of a clip is from what the network made of it. */
export interface ErrorMap {
  /** T×H×W, row-major: the squared difference, of values in 0…1, averaged over R, G and B. */
  data: Float32Array;
  frames: number;
  height: number;
  width: number;
}

/** The differences of what a network was given and what it gave back, both 3×T×H×W and normalised. */
export function errorMap(target: Tensor, reconstruction: Tensor, input: Normalisation): ErrorMap {
  const [, frames = 0, height = 0, width = 0] = target.shape;
  const size = frames * height * width;
  const data = new Float32Array(size);
  for (let channel = 0; channel < 3; channel++) {
    const given = pixelsOf(target, input, channel);
    const made = pixelsOf(reconstruction, input, channel);
    for (let i = 0; i < size; i++) {
      const difference = (given[i] as number) - (made[i] as number);
      data[i] = (data[i] as number) + (difference * difference) / 3;
    }
  }
  return { data, frames, height, width };
}

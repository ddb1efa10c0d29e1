import type { z } from 'zod';
import type { cropSchema } from './cropSchema';

export type { RgbClip } from '../../binding';

/** Frames as they were decoded: T×H×W×3, RGB, row-major. */
export interface Clip {
  /**
   * uint8 in 0…255, or float32 in 0…1; floats of another scale are refused. `frames * height * width * 3` elements; copied
   * before the call returns.
   */
  data: Uint8Array | Uint8ClampedArray | Float32Array;
  frames: number;
  height: number;
  width: number;
  /** Frames a second, if they are known: a clip that a model would see much too fast or too slow is then refused. */
  frameRate?: number;
}

/** Place of the crop within the resized frame: 0 is left or top, 0.5 the centre, 1 right or bottom. */
export interface CropPosition extends z.output<typeof cropSchema> {}

/** Numbers in a shape, row-major. Given to a model, clips as its network sees them; see `VideoModel.classifyTensor`. */
export interface Tensor {
  data: Float32Array;
  shape: readonly number[];
}

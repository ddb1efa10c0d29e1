import type { AugmentOptions } from '../../binding';

/** Clips are cropped to the network's size at a random place, and nothing else. */
export const noAugmentation: AugmentOptions = {
  shortSide: [],
  cropArea: [],
  cropAspect: [3 / 4, 4 / 3],
  flip: [],
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
  randAugmentOperations: 0,
  randAugmentMagnitude: 0,
  autoAugment: 'none',
  interpolation: 'bilinear',
  levels: 'clip',
  erase: 0,
  eraseArea: [0.02, 0.33],
  eraseWith: 'noise',
  mixup: 0,
  cutmix: 0,
};

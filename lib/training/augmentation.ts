import { z } from 'zod';
import type { AugmentOptions } from '../../binding';
import { invalidArgument } from '../base/errors';
import { realNumber, wholeNumber } from '../base/schemas';
import type { ModelInput } from '../model/types';
import type { Augmentation } from './types';

const range = (min: number, max: number) => {
  const error = `[min, max] with ${min} ≤ min ≤ max ≤ ${max}`;
  const end = z.number({ error }).min(min, { error }).max(max, { error });
  return z.tuple([end, end], { error }).refine(([low, high]) => low <= high, { error });
};

/** {@link Augmentation}. */
export const augmentationSchema = z
  .strictObject(
    {
      speed: range(0.1, 10).optional(),
      shortSide: range(1, 8192).optional(),
      cropArea: range(0.01, 1).optional(),
      cropAspect: range(0.1, 10).optional(),
      horizontalFlip: realNumber(0, 1).optional(),
      flipExcept: z.array(z.string({ error: 'a label' }), { error: 'an array of labels' }).optional(),
      brightness: realNumber(0, 1).optional(),
      contrast: realNumber(0, 1).optional(),
      saturation: realNumber(0, 1).optional(),
      hue: realNumber(0, 0.5).optional(),
      randAugment: z
        .strictObject(
          { operations: wholeNumber(1, 14), magnitude: realNumber(0, 30) },
          { error: 'an object with operations and magnitude' },
        )
        .optional(),
      erase: realNumber(0, 1).optional(),
      eraseArea: range(0.001, 0.9).optional(),
      mixup: realNumber(0, 100).optional(),
      cutmix: realNumber(0, 100).optional(),
    },
    { error: 'an object' },
  )
  .superRefine(({ shortSide, cropArea, cropAspect, erase, eraseArea }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (shortSide && cropArea)
      refuse('shortSide', 'left out with `cropArea`, whose crop comes at every scale as it is');
    if (cropAspect && !cropArea) refuse('cropAspect', 'left out without `cropArea`');
    if (eraseArea && !erase) refuse('eraseArea', 'left out without `erase`');
  });

/**
 * What the native side does to each batch; `speed` is the dataset's business. Throws `ERR_INVALID_ARGUMENT` where
 * `flipExcept` names a label that there is not.
 */
export function nativeAugmentation(augmentation: Augmentation, labels: readonly string[]): AugmentOptions {
  const { horizontalFlip = 0.5, flipExcept = [], randAugment } = augmentation;
  const unknown = flipExcept.find((label) => !labels.includes(label));
  if (unknown !== undefined) {
    throw invalidArgument('options.augment.flipExcept', `labels of the data, such as "${labels[0]}"`, unknown);
  }
  return {
    shortSide: [...(augmentation.shortSide ?? [])],
    cropArea: [...(augmentation.cropArea ?? [])],
    cropAspect: [...(augmentation.cropAspect ?? [3 / 4, 4 / 3])],
    flip: horizontalFlip === 0 ? [] : labels.map((label) => (flipExcept.includes(label) ? 0 : horizontalFlip)),
    brightness: augmentation.brightness ?? 0,
    contrast: augmentation.contrast ?? 0,
    saturation: augmentation.saturation ?? 0,
    hue: augmentation.hue ?? 0,
    randAugmentOperations: randAugment?.operations ?? 0,
    randAugmentMagnitude: randAugment?.magnitude ?? 0,
    erase: augmentation.erase ?? 0,
    eraseArea: [...(augmentation.eraseArea ?? [0.02, 0.33])],
    mixup: augmentation.mixup ?? 0,
    cutmix: augmentation.cutmix ?? 0,
  };
}

/**
 * Validation and later use cut the centre out of the resized frame; a network that never met so small a part of the frame
 * in training does badly on it.
 */
export function cropWarning(input: ModelInput, { cropArea }: Augmentation): string | null {
  const [height, width = height] = input.resize;
  const share = (input.height * input.width) / (height * width);
  if (!cropArea || share >= cropArea[0]) return null;
  const [seen, least] = [share, cropArea[0]].map((value) => `${Math.round(100 * value)}%`);
  return (
    `validation sees the middle ${seen} of a frame (${input.height}x${input.width} of ${height}x${width}) but training ` +
    `crops are of ${least} or more: set resize closer to height and width, or a smaller cropArea`
  );
}

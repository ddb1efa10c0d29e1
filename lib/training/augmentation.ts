import { z } from 'zod';
import type { AugmentOptions } from '../../binding';
import { invalidArgument } from '../base/errors';
import { type OptionsOf, optionsSchema, realNumber, wholeNumber } from '../base/schemas';
import { type Range, rangeSchema, speedSchema } from '../dataset/options';
import { maxInputSide } from '../model/schemas';
import type { ModelInput } from '../model/types';

/** What a command line shows of a range. */
const shown = (range: Range) => range.map((end) => Number(end.toFixed(2))).join(',');

const usualFlip = 0.5;
const usualAspect: Range = [3 / 4, 4 / 3];
const usualErasure: Range = [0.02, 0.33];

const autoAugments = ['trivialAugmentWide', 'augMix', 'imagenet'] as const;

const amount = (max: number, description: string) => realNumber(0, max).optional().describe(description);

export const augmentOptions = {
  /** Probability of a left-right flip, 0…1. Default 0.5. */
  horizontalFlip: amount(1, `how often clips are mirrored; 0 for never (default: ${usualFlip})`),
  /** Labels whose clips are never flipped, because left and right matter. */
  flipExcept: z
    .array(z.string({ error: 'a label' }), { error: 'an array of labels' })
    .readonly()
    .optional()
    .describe('never mirror these, where left and right matter: a,b'),
  /** Length of a clip in time, as a factor: [0.8, 1.25] plays up to a quarter faster or slower. 0.1 to 10. */
  speed: speedSchema.describe('play clips longer or shorter by a factor, such as 0.8,1.25'),
  /** Short side in pixels that the frames are resized to before the crop. Not together with `cropArea`. */
  shortSide: rangeSchema(1, maxInputSide)
    .optional()
    .describe('resize the short side to so many pixels before the crop'),
  /** Share of the frame's area taken by a random resized crop (Szegedy et al. 2014), for example [0.3, 1]. Without it, crops have the input's own size. */
  cropArea: rangeSchema(0.01, 1).optional().describe('random resized crop of this share of the frame, such as 0.3,1'),
  /** Width over height of that crop, relative to the input's: 1 keeps shapes. Default [3 / 4, 4 / 3]. */
  cropAspect: rangeSchema(0.1, 10)
    .optional()
    .describe(`its shape; 1 is the input's (default: ${shown(usualAspect)})`),
  /** Factors from [1 - x, 1 + x], 0…1. */
  brightness: amount(1, 'a factor from 1-n to 1+n, 0 to 1'),
  contrast: amount(1, 'likewise'),
  saturation: amount(1, 'likewise'),
  /** Largest shift of the hue, in turns of the colour circle, 0…0.5. */
  hue: amount(0.5, 'shift by up to n turns of the colour circle, 0 to 0.5'),
  /** RandAugment (Cubuk et al. 2019): operations a clip, 1 to 14, and their strength, 0…30. */
  randAugment: z
    .strictObject(
      { operations: wholeNumber(1, 14), magnitude: realNumber(0, 30) },
      { error: 'an object with operations and magnitude' },
    )
    .optional()
    .describe('RandAugment: n operations of magnitude m (0 to 30)'),
  /**
   * One of torchvision's other presets: TrivialAugmentWide (Müller and Hutter 2021), AugMix of severity 3 (Hendrycks et
   * al. 2020), or the policy that AutoAugment found for ImageNet (Cubuk et al. 2018). Not together with `randAugment`.
   */
  autoAugment: z
    .enum(autoAugments, { error: autoAugments.join(', ') })
    .optional()
    .describe("torchvision's preset of that name"),
  /**
   * How operations of these that move pixels fill between them: `bilinear` as torchvision's reference scripts choose,
   * `nearest` as its classes do by themselves. Default `bilinear`.
   */
  interpolation: z
    .enum(['bilinear', 'nearest'], { error: 'bilinear or nearest' })
    .optional()
    .describe('of what shears, shifts and rotates (default: bilinear)'),
  /**
   * Over what contrast takes its mean, and autocontrast and equalisation the levels in use: the `clip`, so that its frames
   * stay alike, or each `frame`, as torchvision does. Default `clip`.
   */
  levels: z
    .enum(['clip', 'frame'], { error: 'clip or frame' })
    .optional()
    .describe('whose mean and levels contrast and equalisation take (default: clip)'),
  /** Probability of random erasing (Zhong et al. 2017), 0…1, and the share of the frame's area erased, default [0.02, 0.33]. */
  erase: amount(1, 'how often a rectangle is overwritten'),
  eraseArea: rangeSchema(0.001, 0.9)
    .optional()
    .describe(`its share of the frame (default: ${shown(usualErasure)})`),
  /** What it is overwritten with: `noise`, or the `mean` of the input, as torchvision does. Default `noise`. */
  eraseWith: z
    .enum(['noise', 'mean'], { error: 'noise or mean' })
    .optional()
    .describe("the input's mean colour, or noise (default: noise)"),
  /** Alpha of mixup (Zhang et al. 2017) and of cutmix (Yun et al. 2019). With both, each batch takes one at random. */
  mixup: amount(100, 'blend pairs of clips and their labels'),
  cutmix: amount(100, 'paste a rectangle of one clip into another'),
};

/** {@link Augmentation}. */
export const augmentationSchema = optionsSchema(augmentOptions).superRefine(
  ({ shortSide, cropArea, cropAspect, erase, eraseArea, eraseWith, randAugment, autoAugment }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (shortSide && cropArea)
      refuse('shortSide', 'left out with `cropArea`, whose crop comes at every scale as it is');
    if (cropAspect && !cropArea) refuse('cropAspect', 'left out without `cropArea`');
    if (eraseArea && !erase) refuse('eraseArea', 'left out without `erase`');
    if (eraseWith && !erase) refuse('eraseWith', 'left out without `erase`');
    if (randAugment && autoAugment) refuse('autoAugment', 'left out with `randAugment`: one of the two');
  },
);

/** Random changes of training clips, each drawn once a clip and the same in all its frames. What is left out is off. */
export interface Augmentation extends OptionsOf<typeof augmentOptions> {}

/**
 * What the native side does to each batch; `speed` is the dataset's business. Throws `ERR_INVALID_ARGUMENT` where
 * `flipExcept` names a label that there is not.
 */
export function nativeAugmentation(augmentation: Augmentation, labels: readonly string[]): AugmentOptions {
  const { horizontalFlip = usualFlip, flipExcept = [], randAugment } = augmentation;
  const unknown = flipExcept.find((label) => !labels.includes(label));
  if (unknown !== undefined) {
    throw invalidArgument('options.augment.flipExcept', `labels of the data, such as "${labels[0]}"`, unknown);
  }
  return {
    shortSide: [...(augmentation.shortSide ?? [])],
    cropArea: [...(augmentation.cropArea ?? [])],
    cropAspect: [...(augmentation.cropAspect ?? usualAspect)],
    flip: horizontalFlip === 0 ? [] : labels.map((label) => (flipExcept.includes(label) ? 0 : horizontalFlip)),
    brightness: augmentation.brightness ?? 0,
    contrast: augmentation.contrast ?? 0,
    saturation: augmentation.saturation ?? 0,
    hue: augmentation.hue ?? 0,
    randAugmentOperations: randAugment?.operations ?? 0,
    randAugmentMagnitude: randAugment?.magnitude ?? 0,
    autoAugment: augmentation.autoAugment ?? 'none',
    interpolation: augmentation.interpolation ?? 'bilinear',
    levels: augmentation.levels ?? 'clip',
    erase: augmentation.erase ?? 0,
    eraseWith: augmentation.eraseWith ?? 'noise',
    eraseArea: [...(augmentation.eraseArea ?? usualErasure)],
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

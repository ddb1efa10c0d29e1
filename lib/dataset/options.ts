import { z } from 'zod';
import {
  callback,
  callOptions,
  nonEmptyText,
  type OptionsOf,
  oneOf,
  oneOfNumbers,
  optionsSchema,
  realNumber,
  seedSchema,
  trueOrFalse,
  wholeNumber,
} from '../base/schemas';
import { inputFields, inputFieldsSchema, samplingSchema, untaggedMatrixSchema } from '../model/schemas';
import type { ModelInput } from '../model/types';
import type { ClipCache } from './types';

/** A range from which a value is drawn for each clip. */
export type Range = readonly [min: number, max: number];

/** A {@link Range} within bounds. */
export const rangeSchema = (min: number, max: number): z.ZodType<Range, Range> => {
  const error = `[min, max] with ${min} ≤ min ≤ max ≤ ${max}`;
  const end = z.number({ error }).min(min, { error }).max(max, { error });
  return z.tuple([end, end], { error }).refine(([low, high]) => low <= high, { error });
};

/** Of the training samples, unless something else is said. */
export const usualValidationShare = 0.2;

const shareError = 'a number from 0 to below 1';

export const validationShareSchema = z
  .number({ error: shareError })
  .min(0, { error: shareError })
  .lt(1, { error: shareError })
  .default(usualValidationShare)
  .describe('kept for validation where the data name no split (default: {default})');

export const foldSchema = wholeNumber(0, 1_000_000).optional();

export const officialSplitSchema = oneOfNumbers([1, 2, 3], '1, 2 or 3')
  .default(1)
  .describe('of UCF101 or HMDB51, 1 to 3 (default: {default})');

/** A part of a collection, or all of it. */
export const splitSchema = oneOf(['train', 'validation', 'test', 'all'], "'train', 'validation', 'test' or 'all'");

export const strideSchema = wholeNumber(1, 1024)
  .default(1)
  .describe('take every n-th frame at the frame rate; dense sampling only (default: {default})');

export const speedSchema = rangeSchema(0.1, 10).optional();

/** Of samples that fail to load, unless something else is said. */
export const usualSkippedShare = 0.05;

export const maxSkippedShareSchema = realNumber(0, 1).default(usualSkippedShare);

/** Frames a second of a folder of pictures, unless something else is said: what most tools extract frames at. */
export const usualPictureRate = 25;

export const readCollectionOptions = {
  /** Which of the official splits of UCF101 or HMDB51, 1 to 3; has no effect on other data. Default 1. */
  officialSplit: officialSplitSchema,
};

export interface ReadCollectionOptions extends OptionsOf<typeof readCollectionOptions> {}

export const splitCollectionOptions = {
  /** Share of the training samples that become validation where the data name none, 0 to below 1. Default 0.2. */
  validationShare: validationShareSchema,
  /** Validate on the samples of this fold and train on those of the others. */
  fold: foldSchema,
  /** Decides which samples the share takes. Default 0. */
  seed: seedSchema.default(0),
};

export interface SplitCollectionOptions extends OptionsOf<typeof splitCollectionOptions> {}

export const checkCollectionOptions = {
  signal: callOptions.signal,
  /** Files that are done. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

export interface CheckCollectionOptions extends OptionsOf<typeof checkCollectionOptions> {}

/** Bytes of each cache. */
export const usualCacheBytes = { memory: 2 * 2 ** 30, disk: 20 * 2 ** 30 };

const [memory, disk] = [usualCacheBytes.memory, usualCacheBytes.disk].map((bytes) => bytes / 2 ** 30);

export const clipCacheOptions = {
  /** Default `memory`. */
  where: oneOf(['memory', 'disk', 'off'])
    .default('memory')
    .describe('decoded frames, for later epochs (default: {default})'),
  /** Default 2 GiB in memory, 20 GiB on disk. Runs that fill one folder at the same time each count for themselves. */
  maxBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(`default: ${memory} in memory, ${disk} on disk`),
  /** Of the cache on disk. Default `kinetorch/clips` in the user's cache folder; runs share it. */
  folder: nonEmptyText('the path of a folder').optional().describe('of the cache on disk'),
};

/** What is left of decoded frames for later epochs. */
export interface ClipCacheOptions extends OptionsOf<typeof clipCacheOptions> {}

/** {@link ClipCacheOptions} within other options. */
export const clipCacheSchema: z.ZodType<
  z.output<z.ZodObject<typeof clipCacheOptions>>,
  ClipCacheOptions
> = optionsSchema(clipCacheOptions);

const namedInput: z.ZodType<ModelInput, ModelInput> = inputFieldsSchema;

const isCache = (value: unknown) => typeof (value as ClipCache | null)?.hasRoom === 'function';

export const videoDatasetOptions = {
  /** Frames, frame rate, resize and sampling of the clips. */
  input: namedInput,
  /** Take every `stride`-th frame at the input's frame rate; dense sampling only. Default 1. */
  stride: strideSchema,
  /** Range of a factor on the length of training clips in time, above 1 faster, 0.1 to 10. Default none. */
  speed: speedSchema,
  /** Keeps decoded samples for later epochs. Default none. */
  cache: z.custom<ClipCache>(isCache, { error: 'a cache of clips, as openClipCache() gives' }).nullable().default(null),
  /** Whether samples may have several labels. Default false. */
  multiLabel: trueOrFalse.default(false),
  /** Frames a second of samples that are folders of pictures. Default 25. */
  pictureRate: realNumber(0.01, 1000).default(usualPictureRate),
};

export interface VideoDatasetOptions extends OptionsOf<typeof videoDatasetOptions> {}

export const videoBatchesOptions = {
  /** Clips a batch. Default 8. */
  batchSize: wholeNumber(1, 65_536).default(8),
  /** Frames per second at which videos are sampled. Default 15. */
  frameRate: inputFields.frameRate.default(15),
  /** Pixels of a clip; videos of other proportions are stretched to them. Default 112 each. */
  width: inputFields.width.default(112),
  height: inputFields.height.default(112),
  /** Frames in a clip. Default 16. */
  frames: inputFields.frames.default(16),
  /** Take every `stride`-th frame; dense sampling only. Default 1. */
  stride: strideSchema,
  /** See `ModelInput`. Default `dense`. */
  sampling: samplingSchema.default('dense'),
  /** See {@link UntaggedMatrix}. Default `by-height`. */
  untaggedMatrix: untaggedMatrixSchema.optional(),
  /** Which samples. `train` and `all` are shuffled and vary in time, `validation` and `test` are not. Default `all`. */
  split: splitSchema.default('all'),
  /** Share that is `validation` where the data name none, 0 to below 1. Default 0.2. */
  validationShare: validationShareSchema,
  /** Which fold of a manifest is `validation`. */
  fold: foldSchema,
  /** Decides split, order and times. Default 0. */
  seed: seedSchema.default(0),
};

export interface VideoBatchesOptions extends OptionsOf<typeof videoBatchesOptions> {}

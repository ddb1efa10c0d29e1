import type { z } from 'zod';
import { callback, callOptions, type OptionsOf, seedSchema, trueOrFalse, wholeNumber } from '../base/schemas';
import {
  foldSchema,
  maxSkippedShareSchema,
  officialSplitSchema,
  splitSchema,
  usualValidationShare,
  validationShareSchema,
} from '../dataset/options';
import { cropsSchema } from '../model/classifyOptions';
import { modelDeviceSchema, networkOptions, precisionSchema, threadsSchema } from '../model/options';

/** What is measured and how, of a model that says itself what its network is too. */
export const measuringOptions = {
  /** Clips spread evenly over each video; a short video gives fewer. Default 5. */
  clips: wholeNumber(1, 10_000).default(5).describe('clips spread over each video (default: {default})'),
  /** 1: centre; 3: three along the longer side. Default 1. */
  crops: cropsSchema.describe('1: the centre; 3: three along the longer side (default: {default})'),
  /**
   * The part of a folder or manifest that is read. Default `validation` where the data name splits or `fold` is given,
   * else `all`. Where the data name none, `validation` is drawn as `train` draws it.
   */
  split: splitSchema.optional().describe('the part to read (default: validation, or all where the data name none)'),
  /**
   * `validation` is this fold of a manifest's `fold` column, `train` the others. Default: the one that the model was
   * validated on, where the data have it.
   */
  fold: foldSchema.describe("validation is this fold of a manifest's column (default: the model's)"),
  /** Official split of UCF101 or HMDB51, 1 to 3. Default: the one that the model was trained on, else 1. */
  officialSplit: officialSplitSchema.unwrap().optional().describe("of UCF101 or HMDB51 (default: the model's, else 1)"),
  /** Share and seed that `train` drew its validation clips with. Defaults: the model's, else 0.2 and 0 as there. */
  validationShare: validationShareSchema
    .unwrap()
    .optional()
    .describe(`kept where the data name no split (default: the model's, else ${usualValidationShare})`),
  seed: seedSchema.optional().describe("that it was drawn with (default: the model's, else 0)"),
  /** Show the network, instead of each frame, the mean of the clip's frames: what is still right needs no motion. */
  averageFrames: trueOrFalse.default(false).describe('replace every frame by the mean of its clip'),
  /** Clips a forward pass. Default 8. Of a model that is loaded already, its own `batching` decides. */
  batchSize: wholeNumber(1, 1024).default(8).describe('clips a forward pass (default: {default})'),
  /** Of a model that has to be loaded; see `loadModel`. */
  device: modelDeviceSchema,
  precision: precisionSchema,
  threads: threadsSchema,
  /** Share of samples that may fail to load, 0…1. Default 0.05. */
  maxSkippedShare: maxSkippedShareSchema.describe(
    'stop where more of the videos cannot be loaded (default: {default})',
  ),
  /** Rejects with `ERR_ABORTED`. */
  signal: callOptions.signal,
  /** Samples that are done. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

export const evaluateOptions = { ...measuringOptions, ...networkOptions };

/** What is evaluated and how. */
export interface EvaluateOptions extends OptionsOf<typeof evaluateOptions> {}

/** {@link EvaluateOptions} with their defaults; those without one are decided by the data or the model. */
export type FilledEvaluateOptions = z.output<z.ZodObject<typeof evaluateOptions>>;

/** The same without what is said of a network whose file does not say it. */
export type FilledMeasuringOptions = z.output<z.ZodObject<typeof measuringOptions>>;

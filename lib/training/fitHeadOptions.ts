import {
  callback,
  callOptions,
  nonEmptyText,
  type OptionsOf,
  oneOf,
  optionsSchema,
  realNumber,
  seedSchema,
} from '../base/schemas';
import {
  clipCacheOptions,
  foldSchema,
  maxSkippedShareSchema,
  officialSplitSchema,
  validationShareSchema,
} from '../dataset/options';
import { evaluateOptions } from '../evaluation/options';
import { licenseSchema, modelDeviceSchema, precisionSchema, threadsSchema } from '../model/options';
import { dataSchema } from './trainData';

export const vectorCacheOptions = {
  /** Default `off`. */
  where: oneOf(['disk', 'off'])
    .default('off')
    .describe('vectors, for other heads of the same videos (default: {default})'),
  maxBytes: clipCacheOptions.maxBytes,
  folder: clipCacheOptions.folder,
};

/** What is left of vectors for later calls. */
export interface VectorCacheOptions extends OptionsOf<typeof vectorCacheOptions> {}

export const fitHeadOptions = {
  /** A folder per class, a CSV manifest, a UCF101 or HMDB51 folder (see `readCollection`), or datasets. */
  data: dataSchema,
  /**
   * Where the result is written: of one model its file, of several an ensemble's manifest, a name that ends in `.json`,
   * and the models' files beside it.
   */
  outFile: nonEmptyText('the path of a file'),
  /** Clips spread evenly over each video, each a vector; a short video gives fewer. Default 5. */
  clips: evaluateOptions.clips,
  /**
   * λ of the loss mean cross entropy + λ/2 · ‖W‖², over standardised vectors. Default: of 0.0001, 0.001, 0.01, 0.1, 1 and 10
   * the one that is best in a cross-validation within the training clips, whose groups stay together.
   */
  weightDecay: realNumber(0, 1e6).optional().describe('of the head (default: chosen within the training clips)'),
  validationShare: validationShareSchema,
  /** Validate on this fold of a manifest's `fold` column and fit on the others. */
  fold: foldSchema.describe("validate on this fold of a manifest's column, fit on the others"),
  officialSplit: officialSplitSchema,
  /** Decides the split, and which clips each part of the inner cross-validation has. Default 0. */
  seed: seedSchema.default(0).describe('of the split (default: {default})'),
  /**
   * Where the vectors of videos are kept for later calls: on `disk` another head of the same videos and networks takes seconds.
   * Default `off`.
   */
  cache: optionsSchema(vectorCacheOptions).prefault({}),
  batchSize: evaluateOptions.batchSize,
  device: modelDeviceSchema,
  precision: precisionSchema,
  threads: threadsSchema,
  maxSkippedShare: maxSkippedShareSchema,
  /** Licence of the weights, kept in the files. Default that of each model. */
  license: licenseSchema,
  signal: callOptions.signal,
  /** Videos whose vectors are there. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

/** What a head is fitted on and how. */
export interface FitHeadOptions extends OptionsOf<typeof fitHeadOptions> {}

import type { z } from 'zod';
import { callback, callOptions, nonEmptyText, type OptionsOf, trueOrFalse } from '../../base/schemas';
import { trainOptions } from '../options';
import type { RecipeEvent } from './types';

const { outDir, validationShare, fold, officialSplit, seed, device, threads, precision } = trainOptions;
const { cache, decoders, maxSkippedShare } = trainOptions;

export const trainAutoOptions = {
  /** A folder per class, a CSV manifest, a UCF101 or HMDB51 folder; see `readCollection`. */
  data: nonEmptyText('the path of a folder or manifest'),
  /** Where all is written; made if missing. A folder that already holds a recipe is refused unless `resume` is set. */
  outDir,
  /** Go on with the recipe in `outDir`: what was tried is not tried again. The other options must be those it began with. */
  resume: trueOrFalse.default(false),
  /** Fetch weights of a network for photographs, as `fetchWeights` does, where the cache folder has none. Default false. */
  fetchWeights: trueOrFalse
    .default(false)
    .describe('with --recipe: fetch weights of a network for photographs where the cache folder has none'),
  /** Share kept for validation where the data name no split, 0 to below 1. Default 0.2. */
  validationShare,
  /** Validate on this fold of a manifest's `fold` column and train on the others. */
  fold,
  /** Official split of UCF101 or HMDB51, 1 to 3. Default 1. */
  officialSplit,
  /** Decides split, weights, order and augmentation. Default 0. */
  seed,
  /** Default `auto`. */
  device,
  /** Threads of the networks on a CPU. Default 0: all cores that this process may use. */
  threads,
  /** Arithmetic of all networks. Default `auto`: `float32` on a CPU; on CUDA `bfloat16` in training, else `float16`. */
  precision,
  /** Decoded frames that are kept for later epochs. */
  cache,
  /** Clips decoded at once; see `train`. */
  decoders,
  /** Share of samples that may fail to load before a trial stops, 0…1. Default 0.05. */
  maxSkippedShare,
};

/** What is tried, on what, and where. */
export interface TrainAutoOptions extends OptionsOf<typeof trainAutoOptions> {}

export type FilledTrainAutoOptions = z.output<z.ZodObject<typeof trainAutoOptions>>;

export const trainAutoCallbacks = {
  /** Called at once for every event. A throw ends the recipe with that error. */
  onProgress: callback<(event: RecipeEvent) => void>().optional(),
  /** Ends the trial under way, and rejects with `ERR_ABORTED`; with `resume` it goes on. */
  signal: callOptions.signal,
};

export interface TrainAutoCallbacks extends OptionsOf<typeof trainAutoCallbacks> {}

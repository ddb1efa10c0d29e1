import { KinetorchError } from '../base/errors';
import { openClipCache } from '../dataset/cache/openClipCache';
import { VideoDataset } from '../dataset/clips/videoDataset';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset, VideoCollection } from '../dataset/types';
import type { ModelInput } from '../model/types';
import type { FilledRunOptions, FilledTrainOptions } from './options';

/** The clips of a run. */
export interface TrainingData {
  /** None where nothing is classified. */
  labels: readonly string[];
  train: ClipDataset;
  /** Null where there are no validation clips. */
  validation: ClipDataset | null;
  /** What a person should know of the data. */
  warnings: readonly string[];
}

/** Opens what the path in `data` names, or takes the datasets it holds. */
export async function trainingData(options: FilledTrainOptions, input: ModelInput): Promise<TrainingData> {
  const { data, officialSplit } = options;
  if (typeof data !== 'string') {
    return { labels: data.train.labels, train: data.train, validation: orNull(data.validation), warnings: [] };
  }
  return videoData(await readCollection(data, { officialSplit }), options, input);
}

/** The videos of a collection, split as the options say. */
export async function videoData(
  collection: VideoCollection,
  options: Omit<FilledRunOptions, 'data'>,
  input: ModelInput,
): Promise<TrainingData> {
  const { validationShare, fold, seed, augment, stride } = options;
  const { root, labels, multiLabel } = collection;
  const split = splitCollection(collection, { validationShare, fold, seed });
  if (split.train.length === 0) {
    throw new KinetorchError('ERR_DATASET', `expected ${root} to hold training clips but found none`);
  }
  const cache = await openClipCache(options.cache);
  const common = { input, stride, cache, multiLabel };
  const train = new VideoDataset(labels, split.train, { ...common, speed: augment.speed });
  const validation = new VideoDataset(labels, split.validation, common);
  return { labels, train, validation: orNull(validation), warnings: split.warnings };
}

export function orNull(dataset: ClipDataset | undefined): ClipDataset | null {
  return dataset && dataset.length > 0 ? dataset : null;
}

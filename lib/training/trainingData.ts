import { KinetorchError } from '../base/errors';
import { openClipCache } from '../dataset/cache/openClipCache';
import { ClipLoader } from '../dataset/clips/clipLoader';
import { VideoDataset } from '../dataset/clips/videoDataset';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset } from '../dataset/types';
import type { ModelInput } from '../model/types';
import { videoLimits } from '../video/limits';
import type { FilledTrainOptions } from './options';

/** The clips of a run. */
export interface TrainingData {
  labels: readonly string[];
  train: ClipDataset;
  /** Null where there are no validation clips. */
  validation: ClipDataset | null;
  /** What a person should know of the data. */
  warnings: readonly string[];
}

/** Loaders of both parts of the data. */
export interface Loaders {
  train: ClipLoader;
  validation: ClipLoader | null;
}

/** Opens what the path in `data` names, or takes the datasets it holds. */
export async function trainingData(options: FilledTrainOptions, input: ModelInput): Promise<TrainingData> {
  const { data, officialSplit, validationShare, fold, seed, augment, stride } = options;
  if (typeof data !== 'string') {
    return { labels: data.train.labels, train: data.train, validation: orNull(data.validation), warnings: [] };
  }
  const collection = await readCollection(data, { officialSplit });
  const split = splitCollection(collection, { validationShare, fold, seed });
  if (split.train.length === 0) {
    throw new KinetorchError('ERR_DATASET', `expected ${data} to hold training clips but found none`);
  }
  const cache = await openClipCache(options.cache);
  const { labels, multiLabel } = collection;
  const common = { input, stride, cache, multiLabel };
  const train = new VideoDataset(labels, split.train, { ...common, speed: augment.speed });
  const validation = new VideoDataset(labels, split.validation, common);
  return { labels, train, validation: orNull(validation), warnings: split.warnings };
}

/** `bce` where samples have several labels, unless the caller says otherwise. */
export function lossOf({ loss }: FilledTrainOptions, { train }: TrainingData): 'crossentropy' | 'bce' {
  return loss ?? (train.labelsOf ? 'bce' : 'crossentropy');
}

/** Their seeds differ, so that no clip is drawn with the same numbers in both. */
export function loadersFor(data: TrainingData, options: FilledTrainOptions): Loaders {
  const { train, validation } = data;
  const { batchSize, maxSkippedShare, seed, decoders: concurrency = defaultDecoders() } = options;
  const common = { batchSize, maxSkippedShare, concurrency, targets: lossOf(options, data) === 'bce' };
  return {
    train: new ClipLoader(train, { ...common, seed }),
    validation: validation && new ClipLoader(validation, { ...common, seed: seed + 1 }),
  };
}

function defaultDecoders(): number {
  return Math.min(8, videoLimits.maxDecoders);
}

function orNull(dataset: ClipDataset | undefined): ClipDataset | null {
  return dataset && dataset.length > 0 ? dataset : null;
}

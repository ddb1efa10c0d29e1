import { ClipLoader } from '../dataset/clipLoader';
import { folderDataset } from '../dataset/folderDataset';
import type { ClipDataset } from '../dataset/types';
import type { ModelInput } from '../model/types';
import type { FilledTrainOptions } from './options';

/** The clips of a run. */
export interface TrainingData {
  labels: readonly string[];
  train: ClipDataset;
  /** Null where there are no validation clips. */
  validation: ClipDataset | null;
}

/** Opens the folder that `data` names, or takes the datasets it holds. */
export async function trainingData(options: FilledTrainOptions, input: ModelInput): Promise<TrainingData> {
  const { data, validationShare, seed } = options;
  const { train, validation } =
    typeof data === 'string' ? await folderDataset(data, { input, validationShare, seed }) : data;
  return { labels: train.labels, train, validation: validation?.length ? validation : null };
}

/** Loaders of both parts; their seeds differ, so that no clip is drawn with the same numbers in both. */
export function loadersFor({ train, validation }: TrainingData, { batchSize, seed }: FilledTrainOptions) {
  return {
    train: new ClipLoader(train, batchSize, seed),
    validation: validation && new ClipLoader(validation, batchSize, seed + 1),
  };
}

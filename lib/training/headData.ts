import { KinetorchError } from '../base/errors';
import { VideoDataset } from '../dataset/clips/videoDataset';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset, VideoSample } from '../dataset/types';
import type { VideoModel } from '../model/videoModel';
import { checkDatasets, type TrainData } from './trainData';

/** A part of the data. */
interface Part {
  length: number;
  /** The samples as each network wants to see them; one dataset where they all see the same clips. */
  datasets: readonly ClipDataset[];
  /** What samples of one origin share. */
  keyOf(index: number): string;
}

export interface HeadData {
  labels: readonly string[];
  multiLabel: boolean;
  train: Part;
  validation: Part;
  warnings: readonly string[];
  /** What tells training from validation clips: `evaluate` keeps to it. */
  split: { validationShare?: number; officialSplit?: 1 | 2 | 3; fold?: number };
}

interface Source {
  data: string | TrainData;
  validationShare: number;
  officialSplit: 1 | 2 | 3;
  fold?: number;
  seed: number;
}

/** Opens what the path in `data` names, or takes the datasets it holds. */
export async function headData(
  { data, validationShare, officialSplit, fold, seed }: Source,
  models: readonly VideoModel[],
): Promise<HeadData> {
  if (typeof data !== 'string') return ofDatasets(data);
  const collection = await readCollection(data, { officialSplit });
  const { train, validation, warnings } = splitCollection(collection, { validationShare, fold, seed });
  if (train.length === 0)
    throw new KinetorchError('ERR_DATASET', `expected ${data} to hold training clips but found none`);
  const { labels, multiLabel } = collection;
  const partOf = (samples: readonly VideoSample[]): Part => ({
    length: samples.length,
    datasets: models.map(({ input }) => new VideoDataset(labels, samples, { input, multiLabel })),
    keyOf: (index) => samples[index]?.group ?? `${index}`,
  });
  return {
    labels,
    multiLabel,
    train: partOf(train),
    validation: partOf(validation),
    warnings,
    split: { validationShare, officialSplit, fold },
  };
}

function ofDatasets(data: TrainData): HeadData {
  checkDatasets(data);
  const { train, validation } = data;
  const partOf = (dataset: ClipDataset | undefined): Part => ({
    length: dataset?.length ?? 0,
    datasets: dataset ? [dataset] : [],
    keyOf: (index) => `${index}`,
  });
  return {
    labels: train.labels,
    multiLabel: train.labelsOf !== undefined,
    train: partOf(train),
    validation: partOf(validation),
    warnings: [],
    split: {},
  };
}

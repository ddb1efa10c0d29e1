import { KinetorchError } from '../base/errors';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset, VideoSample } from '../dataset/types';
import { type ViewedSamples, viewedDataset, viewedVideos } from '../evaluation/viewedSamples';
import type { VideoModel } from '../model/videoModel';
import { checkDatasets, type TrainData } from './trainData';

/** A part of the data. */
interface Part {
  samples: ViewedSamples;
  /** What samples of one origin share. */
  keyOf(index: number): string;
}

export interface HeadData {
  labels: readonly string[];
  multiLabel: boolean;
  train: Part;
  /** Null where there are none. */
  validation: Part | null;
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
    samples: viewedVideos(
      labels,
      samples,
      models.map(({ input }) => input),
      multiLabel,
    ),
    keyOf: (index) => samples[index]?.group ?? `${index}`,
  });
  return {
    labels,
    multiLabel,
    train: partOf(train),
    validation: validation.length > 0 ? partOf(validation) : null,
    warnings,
    split: { validationShare, officialSplit, fold },
  };
}

function ofDatasets(data: TrainData): HeadData {
  checkDatasets(data);
  const { train, validation } = data;
  const partOf = (dataset: ClipDataset): Part => ({
    samples: viewedDataset(dataset),
    keyOf: (index) => `${index}`,
  });
  return {
    labels: train.labels,
    multiLabel: train.labelsOf !== undefined,
    train: partOf(train),
    validation: validation?.length ? partOf(validation) : null,
    warnings: [],
    split: {},
  };
}

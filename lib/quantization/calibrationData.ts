import { KinetorchError } from '../base/errors';
import { readCollection } from '../dataset/collections/readCollection';
import { readUnlabelled } from '../dataset/collections/readUnlabelled';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset, VideoCollection } from '../dataset/types';
import { labelMap } from '../evaluation/labelMap';
import { trainedSplit } from '../evaluation/trainedSplit';
import { type ViewedSamples, viewedDataset, viewedVideos } from '../evaluation/viewedSamples';
import type { ModelMetadata } from '../model/types';
import type { FilledQuantizeOptions } from './options';
import type { QuantizationReport } from './types';

/** Videos to calibrate on, with or without labels. */
export interface CalibrationData extends Pick<QuantizationReport, 'split'> {
  samples: ViewedSamples;
  /** For each label of the data its index among the model's; null where accuracy can't be told by them. */
  places: readonly number[] | null;
  warnings: readonly string[];
}

/** Opens what a path names, or takes a dataset. Throws `ERR_DATASET`, also where the part is empty. */
export async function calibrationData(
  data: string | ClipDataset,
  metadata: ModelMetadata,
  split: FilledQuantizeOptions['split'],
): Promise<CalibrationData> {
  if (typeof data !== 'string') {
    if (data.length === 0) throw noClips('the dataset', null);
    const isMultiLabel = data.labelsOf !== undefined;
    return { samples: viewedDataset(data), split: null, ...placesOf(data.labels, isMultiLabel, metadata) };
  }
  const trained = trainedSplit(metadata);
  const collection = await readVideos(data, trained.officialSplit);
  const { labels, multiLabel, samples: all } = collection;
  const fold = all.some((sample) => sample.fold === trained.fold) ? trained.fold : undefined;
  const namesParts = fold !== undefined || all.some((sample) => sample.split !== null);
  const part = split ?? (namesParts ? 'train' : 'all');
  const { validationShare, seed } = trained;
  const samples = part === 'all' ? all : splitCollection(collection, { validationShare, fold, seed })[part];
  if (samples.length === 0) throw noClips(data, part);
  const { places, warnings } = placesOf(labels, multiLabel, metadata);
  return {
    samples: viewedVideos(labels, samples, [metadata.input], multiLabel),
    places,
    split: part,
    warnings: [...collection.warnings, ...warnings],
  };
}

/** Videos of classes, or, where there are none, whatever videos there are. */
async function readVideos(path: string, officialSplit?: 1 | 2 | 3): Promise<VideoCollection> {
  try {
    return await readCollection(path, { officialSplit });
  } catch (error) {
    if (!(error instanceof KinetorchError && error.code === 'ERR_DATASET')) throw error;
    return readUnlabelled(path, { officialSplit });
  }
}

/**
 * Folders may be called by what is no class: labels none of which the model knows are taken for such names. Nor can several
 * labels a clip be told by a model's first choice.
 */
function placesOf(
  labels: readonly string[],
  isMultiLabel: boolean,
  model: ModelMetadata,
): Pick<CalibrationData, 'places' | 'warnings'> {
  const unlabelled = (why: string) => ({
    places: null,
    warnings: [`${why}, so that not accuracy but agreement with float32 was measured`],
  });
  if (!labels.some((label) => model.labels.includes(label)))
    return unlabelled("the clips have no labels of the model's");
  if (isMultiLabel && model.task !== 'multilabel') {
    return unlabelled('the data have several labels a clip, but the model was trained for one');
  }
  return { places: labelMap(labels, model.labels), warnings: [] };
}

function noClips(where: string, part: string | null): KinetorchError {
  return new KinetorchError('ERR_DATASET', `expected ${where} to hold ${part ? `${part} ` : ''}clips but found none`);
}

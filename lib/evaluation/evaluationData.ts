import { defined } from '../base/defined';
import { KinetorchError } from '../base/errors';
import { VideoDataset } from '../dataset/clips/videoDataset';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { ClipDataset, VideoSample } from '../dataset/types';
import type { ModelInput, ModelMetadata } from '../model/types';
import type { FilledEvaluateOptions } from './options';
import { trainedSplit } from './trainedSplit';
import type { Evaluation } from './types';

/** The samples to evaluate. */
export interface EvaluationData extends Pick<Evaluation, 'split' | 'fold'> {
  /** As each network wants to see them: one dataset, or one for each input. */
  datasets: readonly [ClipDataset, ...ClipDataset[]];
  warnings: readonly string[];
}

/**
 * Opens the part of a folder or manifest that the options name; what they leave open is as the model was trained. Throws
 * `ERR_DATASET` where it is empty.
 */
export async function evaluationData(
  path: string,
  metadata: ModelMetadata,
  inputs: readonly ModelInput[],
  options: FilledEvaluateOptions,
): Promise<EvaluationData> {
  const trained = trainedSplit(metadata);
  const { officialSplit, validationShare, seed } = { ...trained, ...defined(options) };
  const collection = await readCollection(path, { officialSplit });
  const { labels, multiLabel, samples: all } = collection;
  const fold = options.fold ?? (all.some((sample) => sample.fold === trained.fold) ? trained.fold : undefined);
  const namesSplits = all.some(({ split }) => split !== null);
  const split = options.split ?? (fold !== undefined || namesSplits ? 'validation' : 'all');
  const parts = splitCollection(collection, { validationShare, fold, seed });
  const samples: readonly VideoSample[] = split === 'all' ? all : parts[split];
  if (samples.length === 0) {
    const found = (['train', 'validation', 'test'] as const).map((name) => `${name} ${parts[name].length}`).join(', ');
    throw new KinetorchError('ERR_DATASET', `expected ${split} samples in ${path} but found none (${found})`);
  }
  const isMixed = options.split === undefined && split === 'all' && trained.validationShare !== undefined;
  return {
    datasets: inputs.map((input) => new VideoDataset(labels, samples, { input, multiLabel })) as [VideoDataset],
    split,
    fold: fold ?? null,
    warnings: split === 'all' ? [...collection.warnings, ...(isMixed ? [mixedWarning] : [])] : parts.warnings,
  };
}

const mixedWarning =
  'the data name no splits and were read whole: if the model was trained on them, its figures are better than on videos ' +
  'never seen. Give the split `validation` for those that training kept apart, or `all` where these are others';

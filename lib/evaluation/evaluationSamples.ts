import { defined } from '../base/defined';
import { KinetorchError } from '../base/errors';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { VideoCollection, VideoSample } from '../dataset/types';
import type { ModelMetadata } from '../model/types';
import type { FilledMeasuringOptions } from './options';
import { trainedSplit } from './trainedSplit';
import type { Evaluation } from './types';

/** Which part of a folder or manifest is read. */
export type SplitChoice = Pick<FilledMeasuringOptions, 'split' | 'fold' | 'officialSplit' | 'validationShare' | 'seed'>;

interface EvaluationSamples extends Pick<Evaluation, 'split' | 'fold'> {
  collection: VideoCollection;
  /** At least one. */
  samples: readonly VideoSample[];
  warnings: readonly string[];
}

/**
 * The part of a folder or manifest that the options name; what they leave open is as the model was trained. Throws
 * `ERR_DATASET` where it is empty.
 */
export async function evaluationSamples(
  path: string,
  metadata: Pick<ModelMetadata, 'training'>,
  options: SplitChoice,
): Promise<EvaluationSamples> {
  const trained = trainedSplit(metadata);
  const { officialSplit, validationShare, seed } = { ...trained, ...defined(options) };
  const collection = await readCollection(path, { officialSplit });
  const { samples: all } = collection;
  const fold = options.fold ?? (all.some((sample) => sample.fold === trained.fold) ? trained.fold : undefined);
  const namesSplits = all.some(({ split }) => split !== null);
  const split = options.split ?? (fold !== undefined || namesSplits ? 'validation' : 'all');
  const parts = splitCollection(collection, { validationShare, fold, seed });
  const samples = split === 'all' ? all : parts[split];
  if (samples.length === 0) {
    const found = (['train', 'validation', 'test'] as const).map((name) => `${name} ${parts[name].length}`).join(', ');
    throw new KinetorchError('ERR_DATASET', `expected ${split} samples in ${path} but found none (${found})`);
  }
  const isMixed = options.split === undefined && split === 'all' && trained.validationShare !== undefined;
  return {
    collection,
    samples,
    split,
    fold: fold ?? null,
    warnings: split === 'all' ? [...collection.warnings, ...(isMixed ? [mixedWarning] : [])] : parts.warnings,
  };
}

const mixedWarning =
  'the data name no splits and were read whole: if the model was trained on them, its figures are better than on videos ' +
  'never seen. Give the split `validation` for those that training kept apart, or `all` where these are others';

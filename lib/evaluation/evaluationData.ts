import { readCollection } from '../dataset/readCollection';
import { splitCollection } from '../dataset/splitCollection';
import type { ClipDataset, VideoCollection, VideoSample } from '../dataset/types';
import { VideoDataset } from '../dataset/videoDataset';
import { KinetorchError } from '../errors';
import type { ModelInput } from '../model/types';
import type { FilledEvaluateOptions } from './options';
import type { Evaluation } from './types';

/** The samples to evaluate. */
export interface EvaluationData {
  dataset: ClipDataset;
  split: Evaluation['split'];
  warnings: readonly string[];
}

/** Opens the part of a folder or manifest that the options name. Throws `ERR_DATASET` where it is empty. */
export async function evaluationData(
  path: string,
  input: ModelInput,
  options: FilledEvaluateOptions,
): Promise<EvaluationData> {
  const { officialSplit, validationShare, fold, seed } = options;
  const collection = await readCollection(path, { officialSplit });
  const split = options.split ?? (fold !== undefined || namesSplits(collection) ? 'validation' : 'all');
  const parts = splitCollection(collection, { validationShare, fold, seed });
  const samples: readonly VideoSample[] = split === 'all' ? collection.samples : parts[split];
  if (samples.length === 0) {
    const found = (['train', 'validation', 'test'] as const).map((name) => `${name} ${parts[name].length}`).join(', ');
    throw new KinetorchError('ERR_DATASET', `expected ${split} samples in ${path} but found none (${found})`);
  }
  const { labels, multiLabel } = collection;
  return {
    dataset: new VideoDataset(labels, samples, { input, multiLabel }),
    split,
    warnings: split === 'all' ? [] : parts.warnings,
  };
}

function namesSplits({ samples }: VideoCollection): boolean {
  return samples.some(({ split }) => split !== null);
}

import { VideoDataset } from '../dataset/clips/videoDataset';
import type { ClipDataset } from '../dataset/types';
import type { ModelMetadata } from '../model/types';
import { evaluationSamples } from './evaluationSamples';
import type { FilledEvaluateOptions } from './options';
import type { Evaluation } from './types';

/** The samples to evaluate. */
export interface EvaluationData extends Pick<Evaluation, 'split' | 'fold'> {
  dataset: ClipDataset;
  warnings: readonly string[];
}

/** Opens what {@link evaluationSamples} finds. */
export async function evaluationData(
  path: string,
  { input, ...metadata }: ModelMetadata,
  options: FilledEvaluateOptions,
): Promise<EvaluationData> {
  const { collection, samples, ...chosen } = await evaluationSamples(path, metadata, options);
  const { labels, multiLabel } = collection;
  return { ...chosen, dataset: new VideoDataset(labels, samples, { input, multiLabel }) };
}

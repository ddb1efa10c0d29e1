import type { ModelInput, ModelMetadata } from '../model/types';
import { evaluationSamples } from './evaluationSamples';
import type { FilledMeasuringOptions } from './options';
import type { Evaluation } from './types';
import { type ViewedSamples, viewedVideos } from './viewedSamples';

/** The samples to evaluate. */
export interface EvaluationData extends Pick<Evaluation, 'split' | 'fold'> {
  data: ViewedSamples;
  warnings: readonly string[];
}

/** Opens what {@link evaluationSamples} finds. */
export async function evaluationData(
  path: string,
  metadata: ModelMetadata,
  inputs: readonly ModelInput[],
  options: FilledMeasuringOptions,
): Promise<EvaluationData> {
  const { collection, samples, ...chosen } = await evaluationSamples(path, metadata, options);
  return { ...chosen, data: viewedVideos(collection.labels, samples, inputs, collection.multiLabel) };
}

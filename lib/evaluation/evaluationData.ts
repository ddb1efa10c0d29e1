import { VideoDataset } from '../dataset/clips/videoDataset';
import type { ClipDataset } from '../dataset/types';
import type { ModelInput, ModelMetadata } from '../model/types';
import { evaluationSamples } from './evaluationSamples';
import type { FilledMeasuringOptions } from './options';
import type { Evaluation } from './types';

/** The samples to evaluate. */
export interface EvaluationData extends Pick<Evaluation, 'split' | 'fold'> {
  /** As each network wants to see them: one dataset, or one for each input. */
  datasets: readonly [ClipDataset, ...ClipDataset[]];
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
  const { labels, multiLabel } = collection;
  const datasets = inputs.map((input) => new VideoDataset(labels, samples, { input, multiLabel }));
  return { ...chosen, datasets: datasets as [VideoDataset, ...VideoDataset[]] };
}

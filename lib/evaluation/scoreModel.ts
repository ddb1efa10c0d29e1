import { mean } from '../model/classifyViews';
import { sharedOf } from '../model/clipWindows';
import { type Combination, combineScores } from '../model/ensemble/combineScores';
import { Ensemble } from '../model/ensemble/ensemble';
import type { VideoModel } from '../model/videoModel';
import { labelMap } from './labelMap';
import type { FilledMeasuringOptions } from './options';
import type { ScoredSample } from './scoredSample';
import { type ScoredSamples, scoreSamples } from './scoreSamples';
import type { ViewBatchOptions } from './viewBatches';
import type { ViewedSamples } from './viewedSamples';

/** `multiLabel`: each class is scored by a sigmoid. */
type Run = Pick<ViewBatchOptions, 'pad' | 'signal'> & { multiLabel: boolean };

interface ScoredDataset extends Pick<ScoredSamples, 'skipped'> {
  samples: ScoredSample[];
}

/**
 * What a model says of every sample. Of an ensemble each network runs batches of its own, and the scores of a sample are
 * then combined.
 */
export async function scoreModel(
  model: VideoModel,
  data: ViewedSamples,
  options: FilledMeasuringOptions,
  run: Run,
): Promise<ScoredDataset> {
  const { samples, skipped } = await scoreEach(model, data, options, run);
  if (!(model instanceof Ensemble)) return { samples: samples.flat(), skipped };
  const { weights, combine } = model;
  const combination = { weights, combine, isMultiLabel: run.multiLabel };
  return { samples: samples.map((same) => combineSamples(same, combination)), skipped };
}

/** What a model says, or each one of an ensemble, in the order of its labels. */
export async function scoreEach(
  model: VideoModel,
  data: ViewedSamples,
  options: FilledMeasuringOptions,
  { multiLabel, ...run }: Run,
): Promise<ScoredSamples> {
  const models = model instanceof Ensemble ? model.models : [model];
  const networks = models.map((own) => ({ model: own, places: labelMap(data.dataset.labels, own.labels) }));
  const output = multiLabel ? 'sigmoids' : 'softmax';
  const { samples, skipped } = await scoreSamples(networks, data, options, { ...run, output });
  const orders = models.map(({ labels }) => model.labels.map((label) => labels.indexOf(label)));
  const inOwnOrder = (same: readonly ScoredSample[]) =>
    same.map((sample, index) => inOrder(sample, orders[index] as number[]));
  return { samples: samples.map(inOwnOrder), skipped };
}

/** Clip by clip, as `classifyVideo` of an ensemble does it. */
export function combineSamples(samples: readonly ScoredSample[], combination: Combination): ScoredSample {
  const count = Math.max(...samples.map(({ clips }) => clips.length));
  const clips = Array.from({ length: count }, (_, clip) =>
    combineScores(
      samples.map((sample) => sharedOf(sample.clips, clip, count) as Float32Array),
      combination,
    ),
  );
  return { ...(samples[0] as ScoredSample), clips, video: mean(clips) };
}

/** `order`: for each label wanted its index in the sample's vectors. */
function inOrder(sample: ScoredSample, order: readonly number[]): ScoredSample {
  const reordered = (vector: Float32Array) => Float32Array.from(order, (place) => vector[place] ?? 0);
  return {
    ...sample,
    labels: sample.labels.map((label) => order.indexOf(label)),
    clips: sample.clips.map(reordered),
    video: reordered(sample.video),
  };
}

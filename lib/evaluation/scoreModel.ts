import type { ClipDataset } from '../dataset/types';
import { mean } from '../model/classifyViews';
import { sharedOf } from '../model/clipWindows';
import { type Combination, combineScores } from '../model/ensemble/combineScores';
import { Ensemble } from '../model/ensemble/ensemble';
import type { VideoModel } from '../model/videoModel';
import { labelMap } from './labelMap';
import type { FilledMeasuringOptions } from './options';
import type { ScoredSample } from './scoredSample';
import { type ScoredDataset, scoreSamples } from './scoreSamples';
import type { ViewBatchOptions } from './viewBatches';

/** `multiLabel`: each class is scored by a sigmoid. */
type Run = Pick<ViewBatchOptions, 'pad' | 'signal'> & { multiLabel: boolean };

/**
 * What a model says of every sample. Of an ensemble each network goes through the data by itself, at its own batch size,
 * and their scores are combined then.
 *
 * @param datasets the same samples as each network wants to see them; one where they all see the same clips
 */
export async function scoreModel(
  model: VideoModel,
  datasets: readonly [ClipDataset, ...ClipDataset[]],
  options: FilledMeasuringOptions,
  run: Run,
): Promise<ScoredDataset> {
  if (!(model instanceof Ensemble)) return scoreNetwork(model, datasets[0], options, run);
  const { weights, combine } = model;
  return combineDatasets(await scoreEach(model, datasets, options, run), {
    weights,
    combine,
    isMultiLabel: run.multiLabel,
  });
}

/** Of one network. */
function scoreNetwork(
  model: VideoModel,
  dataset: ClipDataset,
  options: FilledMeasuringOptions,
  { multiLabel, ...run }: Run,
): Promise<ScoredDataset> {
  const output = multiLabel ? 'sigmoids' : 'softmax';
  return scoreSamples(model, dataset, options, { ...run, output }, labelMap(dataset.labels, model.labels));
}

/** What each model of an ensemble says, all in the order of the ensemble's labels. */
export async function scoreEach(
  ensemble: Ensemble,
  datasets: readonly [ClipDataset, ...ClipDataset[]],
  options: FilledMeasuringOptions,
  run: Run,
): Promise<ScoredDataset[]> {
  const { models, labels } = ensemble;
  const scored: ScoredDataset[] = [];
  for (const [index, model] of models.entries()) {
    const onProgress: FilledMeasuringOptions['onProgress'] = ({ done, total }) =>
      options.onProgress?.({ done: index * total + done, total: models.length * total });
    const dataset = datasets[index] ?? datasets[0];
    const { samples, skipped } = await scoreNetwork(model, dataset, { ...options, onProgress }, run);
    const order = labels.map((label) => model.labels.indexOf(label));
    scored.push({ samples: samples.map((sample) => inOrder(sample, order)), skipped });
  }
  return scored;
}

/** Scores of several networks as those of one; samples that one of them could not load are left out. */
function combineDatasets(scored: readonly ScoredDataset[], combination: Combination): ScoredDataset {
  const samples = matchSamples(scored).map((same) => combineSamples(same, combination));
  const skipped = new Map(scored.flatMap((dataset) => dataset.skipped.map((one) => [one.index, one])));
  return { samples, skipped: [...skipped.values()].sort((a, b) => a.index - b.index) };
}

/** Of each sample what every network says of it; without those that one of them could not load. */
export function matchSamples(scored: readonly ScoredDataset[]): ScoredSample[][] {
  const [first, ...others] = scored as [ScoredDataset, ...ScoredDataset[]];
  const places = others.map(({ samples }) => new Map(samples.map((sample) => [sample.index, sample])));
  return first.samples.flatMap((sample) => {
    const same = places.flatMap((place) => place.get(sample.index) ?? []);
    return same.length === places.length ? [[sample, ...same]] : [];
  });
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

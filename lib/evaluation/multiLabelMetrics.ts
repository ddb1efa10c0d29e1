import { classMetrics, meanOf } from './classMetrics';
import type { ScoredSample } from './scoredSample';
import type { MultiLabelMetrics } from './types';
import { videoLoss } from './videoLoss';

/** From here on a class counts as predicted. */
export const threshold = 0.5;

/** Metrics of samples with any number of labels each, scored by sigmoids; there is at least one sample. */
export function multiLabelMetrics(labels: readonly string[], samples: readonly ScoredSample[]): MultiLabelMetrics {
  const own = samples.map((sample) => new Set(sample.labels));
  const has = (sample: number, label: number) => own[sample]?.has(label) ?? false;
  const score = (sample: number, label: number) => samples[sample]?.video[label] ?? 0;
  const indices = samples.map((_, index) => index);
  const counts = labels.map((_, label) => ({
    support: indices.filter((sample) => has(sample, label)).length,
    predicted: indices.filter((sample) => score(sample, label) >= threshold).length,
    hits: indices.filter((sample) => has(sample, label) && score(sample, label) >= threshold).length,
  }));
  const classes = classMetrics(labels, counts).map((one, label) => ({
    ...one,
    averagePrecision: averagePrecision(
      indices.map((sample) => ({ score: score(sample, label), relevant: has(sample, label) })),
    ),
  }));
  const matches = (probabilities: Float32Array, sample: number) =>
    probabilities.every((probability, label) => probability >= threshold === has(sample, label));
  const clips = samples.flatMap((sample, index) => sample.clips.map((clip) => matches(clip, index)));
  const videos = samples.map(({ video }, index) => matches(video, index));
  return {
    task: 'multiLabel',
    clip: { count: clips.length, exactMatch: share(clips) },
    video: { count: videos.length, exactMatch: share(videos) },
    loss: videoLoss(samples, true),
    meanAveragePrecision: meanOf(classes.map((one) => one.averagePrecision)),
    macroF1: meanOf(classes.map(({ f1 }) => f1)),
    classes,
  };
}

/**
 * Sum over the ranking's thresholds of the rise in recall times the precision there; equal scores share a threshold.
 * Null where nothing is relevant.
 */
export function averagePrecision(ranking: readonly { score: number; relevant: boolean }[]): number | null {
  const relevant = ranking.filter((one) => one.relevant).length;
  if (relevant === 0) return null;
  const sorted = [...ranking].sort((a, b) => b.score - a.score);
  let [sum, hits, before] = [0, 0, 0];
  sorted.forEach((one, index) => {
    hits += Number(one.relevant);
    if (sorted[index + 1]?.score === one.score) return;
    sum += ((hits - before) / relevant) * (hits / (index + 1));
    before = hits;
  });
  return sum;
}

function share(matches: readonly boolean[]): number {
  return matches.filter(Boolean).length / matches.length;
}

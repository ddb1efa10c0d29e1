import { logLoss } from './logLoss';
import type { ScoredSample } from './scoredSample';

/** Mean negative log-likelihood of the videos' labels; of sigmoids the mean over videos and classes. */
export function videoLoss(samples: readonly ScoredSample[], isMultiLabel: boolean): number {
  return samples.reduce((sum, sample) => sum + lossOf(sample, isMultiLabel), 0) / samples.length;
}

function lossOf({ labels, video }: ScoredSample, isMultiLabel: boolean): number {
  if (!isMultiLabel) return logLoss(video[labels[0] ?? 0] ?? 0);
  const own = new Set(labels);
  const sum = video.reduce((total, p, label) => total + logLoss(own.has(label) ? p : 1 - p), 0);
  return sum / video.length;
}

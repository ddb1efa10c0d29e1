import { KinetorchError } from '../../base/errors';
import { groupBy } from '../../base/groupBy';
import { timeTolerance } from '../../base/timeTolerance';
import type { VideoCollection, VideoSample } from '../../dataset/types';

/** Seconds from its start; its end is no part of it. */
interface Span {
  from: number;
  to: number;
}

/** A video, and where in it is what is not normal. */
export interface LabelledVideo {
  path: string;
  anomalies: readonly Span[];
}

/**
 * Puts together what samples say of the same video: each of another label than `normal` is an anomaly from its start to its
 * end, and all else is normal.
 *
 * @throws KinetorchError `ERR_DATASET` where the data have no such label
 */
export function labelledVideos(
  { labels }: Pick<VideoCollection, 'labels'>,
  samples: readonly VideoSample[],
  normal: string,
): LabelledVideo[] {
  const normalLabel = labels.indexOf(normal);
  if (normalLabel < 0) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected the label "${normal}" among those of the data, ${labels.join(', ')}; say with \`normal\` which it is`,
    );
  }
  return [...groupBy(samples, ({ path }) => path)].map(([path, ofVideo]) => ({
    path,
    anomalies: ofVideo
      .filter((sample) => sample.labels.some((label) => label !== normalLabel))
      .map(({ startSeconds, endSeconds }) => ({ from: startSeconds ?? 0, to: endSeconds ?? Infinity })),
  }));
}

/** Whether the instant is within an anomaly. */
export function isAnomalous({ anomalies }: LabelledVideo, seconds: number): boolean {
  return anomalies.some(({ from, to }) => seconds >= from - timeTolerance && seconds < to - timeTolerance);
}

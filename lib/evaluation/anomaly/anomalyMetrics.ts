import { equalErrorRate, rocAuc, type ScoredFrame } from './rocCurve';

/** What tells anomalous frames from normal ones, over all videos and within each. */
export interface AnomalyMetrics {
  /** Area under the ROC curve of the frames of all videos together ("micro"). */
  auc: number;
  /** Mean of the areas of those videos that have both kinds of frames ("macro"); null where none has. */
  macroAuc: number | null;
  /** Share of normal frames that are alarms where as large a share of anomalous ones are not. */
  equalErrorRate: number;
  /** Area of each video, in their order; null where its frames are of one kind. */
  videoAuc: (number | null)[];
}

/**
 * `normalise` is what is done with the scores before those of all videos are compared: `none`, as a camera in service has
 * them; `video`, each video's minimum to 0 and maximum to 1, as most papers report (it knows the whole video beforehand).
 *
 * @throws KinetorchError `ERR_DATASET` where all frames of all videos are of one kind
 */
export function anomalyMetrics(
  videos: readonly (readonly ScoredFrame[])[],
  normalise: 'none' | 'video',
): AnomalyMetrics {
  const all = videos.flatMap((frames) => (normalise === 'video' ? minMax(frames) : frames));
  const auc = rocAuc(all);
  const videoAuc = videos.map((frames) => {
    const isMixed = new Set(frames.map(({ anomalous }) => anomalous)).size === 2;
    return isMixed ? rocAuc(frames) : null;
  });
  const known = videoAuc.filter((area) => area !== null);
  const macroAuc = known.length === 0 ? null : known.reduce((sum, area) => sum + area, 0) / known.length;
  return { auc, macroAuc, equalErrorRate: equalErrorRate(all), videoAuc };
}

/** A video whose frames all score alike gets zeros. */
function minMax(frames: readonly ScoredFrame[]): ScoredFrame[] {
  let [least, most] = [Infinity, -Infinity];
  for (const { score } of frames) [least, most] = [Math.min(least, score), Math.max(most, score)];
  const range = most - least || 1;
  return frames.map(({ score, anomalous }) => ({ score: (score - least) / range, anomalous }));
}

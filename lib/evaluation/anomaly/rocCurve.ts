import { KinetorchError } from '../../base/errors';

/** A frame's score, and whether it truly is anomalous. */
export interface ScoredFrame {
  score: number;
  anomalous: boolean;
}

/** Shares of the normal and of the anomalous frames that score at or above some threshold. */
interface RocPoint {
  falseAlarms: number;
  detected: number;
}

/**
 * The receiver operating characteristic, from no alarm at all to nothing but alarms. Frames of one score are alarms
 * together.
 *
 * @throws KinetorchError `ERR_DATASET` where there are not both normal and anomalous frames
 */
function rocCurve(frames: readonly ScoredFrame[]): RocPoint[] {
  const anomalous = frames.filter((frame) => frame.anomalous).length;
  const normal = frames.length - anomalous;
  if (anomalous === 0 || normal === 0) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected normal and anomalous frames but received ${normal} normal and ${anomalous} anomalous ones`,
    );
  }
  const sorted = [...frames].sort((a, b) => b.score - a.score);
  const points: RocPoint[] = [{ falseAlarms: 0, detected: 0 }];
  let [alarms, hits] = [0, 0];
  sorted.forEach((frame, index) => {
    if (frame.anomalous) hits++;
    else alarms++;
    if (sorted[index + 1]?.score === frame.score) return;
    points.push({ falseAlarms: alarms / normal, detected: hits / anomalous });
  });
  return points;
}

/**
 * Area under the ROC curve: the probability that an anomalous frame scores higher than a normal one, where equal scores
 * count half (Hanley and McNeil 1982).
 *
 * @throws KinetorchError `ERR_DATASET` where there are not both kinds of frames
 */
export function rocAuc(frames: readonly ScoredFrame[]): number {
  let area = 0;
  forEachStep(rocCurve(frames), (from, to) => {
    area += ((to.falseAlarms - from.falseAlarms) * (from.detected + to.detected)) / 2;
  });
  return area;
}

/**
 * Where as many of the normal frames are alarms as of the anomalous ones are not: the ROC curve's crossing with
 * falseAlarms = 1 - detected, between two points of it on the straight line.
 *
 * @throws KinetorchError `ERR_DATASET` where there are not both kinds of frames
 */
export function equalErrorRate(frames: readonly ScoredFrame[]): number {
  let rate = 1;
  let isFound = false;
  forEachStep(rocCurve(frames), (from, to) => {
    const [before, after] = [from, to].map(({ falseAlarms, detected }) => falseAlarms + detected - 1) as [
      number,
      number,
    ];
    if (isFound || after < 0) return;
    isFound = true;
    rate = from.falseAlarms + ((to.falseAlarms - from.falseAlarms) * -before) / (after - before);
  });
  return rate;
}

function forEachStep(points: readonly RocPoint[], use: (from: RocPoint, to: RocPoint) => void): void {
  for (let i = 1; i < points.length; i++) use(points[i - 1] as RocPoint, points[i] as RocPoint);
}

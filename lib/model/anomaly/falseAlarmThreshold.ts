import { KinetorchError } from '../../base/errors';

/** For shares that binary fractions cannot have exactly. */
const tolerance = 1e-9;

/**
 * The lowest of the scores above which no more than `falseAlarmRate` of them lie: their quantile 1 - `falseAlarmRate`.
 *
 * @param scores of normal frames that the network was not trained on; they are put in order
 * @throws KinetorchError `ERR_DATASET` where they are too few to tell such a rate
 */
export function falseAlarmThreshold(scores: number[], falseAlarmRate: number): number {
  const fewest = Math.ceil(1 / falseAlarmRate - tolerance);
  if (scores.length < fewest) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected at least ${fewest} frames of normal video for a false-alarm rate of ${falseAlarmRate} but there are ` +
        `${scores.length}`,
    );
  }
  const place = Math.ceil((1 - falseAlarmRate) * scores.length - tolerance) - 1;
  return scores.sort((a, b) => a - b)[place] as number;
}

import { KinetorchError } from '../../base/errors';

/** For shares that binary fractions cannot have exactly. */
const tolerance = 1e-9;

/** The frames among which one that is an alarm is no more than `falseAlarmRate` of them. */
export const fewestFrames = (falseAlarmRate: number): number => Math.ceil(1 / falseAlarmRate - tolerance);

/** `ERR_DATASET` where these are too few frames of normal video to tell such a rate. */
export function requireFrames(frames: number, falseAlarmRate: number): void {
  const fewest = fewestFrames(falseAlarmRate);
  if (frames >= fewest) return;
  throw new KinetorchError(
    'ERR_DATASET',
    `expected at least ${fewest} frames of normal video for a false-alarm rate of ${falseAlarmRate} but there are ${frames}`,
  );
}

/**
 * The lowest of the scores above which no more than `falseAlarmRate` of them lie: their quantile 1 - `falseAlarmRate`.
 *
 * @param scores of normal frames that the network was not trained on; they are put in order
 * @throws KinetorchError `ERR_DATASET` where they are too few to tell such a rate
 */
export function falseAlarmThreshold(scores: number[], falseAlarmRate: number): number {
  requireFrames(scores.length, falseAlarmRate);
  const place = Math.ceil((1 - falseAlarmRate) * scores.length - tolerance) - 1;
  return scores.sort((a, b) => a - b)[place] as number;
}

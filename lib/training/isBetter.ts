import type { Best } from './runState';
import type { TaskEpoch } from './runTask';

/**
 * Whether an epoch's model is to be kept rather than that of the best before: it has more clips right, or as many, or no
 * such figure, at a lower loss. Without validation clips, the latest epoch is the best.
 */
export function isBetter({ validation }: Pick<TaskEpoch, 'validation'>, best: Pick<Best, 'validation'> | null) {
  if (!validation || !best?.validation) return true;
  const [now, before] = [validation.top1 ?? 0, best.validation.top1 ?? 0];
  if (now !== before) return now > before;
  return validation.loss < best.validation.loss;
}

/** The epoch whose model was kept; null before the first. */
export function bestEpochOf(metrics: readonly TaskEpoch[]): number | null {
  const best = metrics.reduce<TaskEpoch | null>((before, one) => (isBetter(one, before) ? one : before), null);
  return best?.epoch ?? null;
}

import type { Best } from './runState';
import type { EpochMetrics } from './types';

/**
 * Whether an epoch's model is to be kept rather than that of the best before: it has more clips right, or as many at a
 * lower loss. Without validation clips, the latest epoch is the best.
 */
export function isBetter({ validation }: Pick<EpochMetrics, 'validation'>, best: Pick<Best, 'validation'> | null) {
  if (!validation || !best?.validation) return true;
  if (validation.top1 !== best.validation.top1) return validation.top1 > best.validation.top1;
  return validation.loss < best.validation.loss;
}

/** The epoch whose model was kept; null before the first. */
export function bestEpochOf(metrics: readonly EpochMetrics[]): number | null {
  const best = metrics.reduce<EpochMetrics | null>((before, one) => (isBetter(one, before) ? one : before), null);
  return best?.epoch ?? null;
}

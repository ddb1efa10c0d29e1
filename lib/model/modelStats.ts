import type { NativeStats } from '../../binding';
import type { ModelStats } from './types';

/** What the native layer counts, with means. */
export function modelStats(counts: NativeStats): ModelStats {
  const { batches, completed, failed, running, queueTimes, runTimes } = counts;
  const started = completed + failed + running;
  return {
    ...counts,
    meanBatchSize: batches === 0 ? 0 : started / batches,
    meanQueueMs: started === 0 ? 0 : queueTimes.sum / started,
    meanRunMs: batches === 0 ? 0 : runTimes.sum / batches,
  };
}

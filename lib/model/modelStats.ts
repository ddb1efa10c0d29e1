import type { NativeStats } from '../../binding';
import { countDecoders } from '../video/decoderPool';
import type { ModelStats } from './types';
import type { VideoCounts } from './videoCalls';

/** What the native layer counts, with means, and what becomes of videos. */
export function modelStats(counts: NativeStats, videos: VideoCounts): ModelStats {
  const { batches, completed, failed, running, queueTimes, runTimes } = counts;
  const started = completed + failed + running;
  return {
    ...counts,
    meanBatchSize: batches === 0 ? 0 : started / batches,
    meanQueueMs: started === 0 ? 0 : queueTimes.sum / started,
    meanRunMs: batches === 0 ? 0 : runTimes.sum / batches,
    videos: { ...videos, decoders: countDecoders() },
  };
}

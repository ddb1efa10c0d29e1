import { KinetorchError } from '../../base/errors';
import type { RequestRecord } from '../http/requestRecord';
import type { ModelStatistics } from '../models/modelStatistics';

/**
 * Counts what is done with a video as one inference, however many clips it has, or as none where the answer was kept; one that
 * nobody waits for any more as left.
 */
export async function* countVideo<T>(
  statistics: ModelStatistics,
  record: RequestRecord,
  work: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const beganAt = performance.now();
  let error: unknown = new KinetorchError('ERR_ABORTED', 'the caller went away');
  try {
    yield* work;
    error = null;
  } catch (failure) {
    error = failure;
    throw failure;
  } finally {
    const totalMs = performance.now() - beganAt;
    const clips = record.isCached ? [] : [{ waitedMs: 0, runMs: totalMs, batchSize: 1 }];
    if (error === null) statistics.succeeded({ clips, inputMs: 0, outputMs: 0, totalMs });
    else statistics.failed(error, totalMs);
  }
}

import type { NativeHistogram, NativeStats } from '../../../binding';

/** Counts of several models as those of one: sums, and the longest times. */
export function sumStats(all: readonly NativeStats[]): NativeStats {
  const sum = (of: (stats: NativeStats) => number) => all.reduce((total, stats) => total + of(stats), 0);
  const most = (of: (stats: NativeStats) => number) => Math.max(0, ...all.map(of));
  const histogram = (of: (stats: NativeStats) => NativeHistogram): NativeHistogram => ({
    bounds: of(all[0] as NativeStats).bounds,
    counts: of(all[0] as NativeStats).counts.map((_, range) => sum((stats) => of(stats).counts[range] ?? 0)),
    sum: sum((stats) => of(stats).sum),
    count: sum((stats) => of(stats).count),
  });
  return {
    requests: sum(({ requests }) => requests),
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    cancelled: sum(({ cancelled }) => cancelled),
    batches: sum(({ batches }) => batches),
    queued: sum(({ queued }) => queued),
    running: sum(({ running }) => running),
    queueTimes: histogram(({ queueTimes }) => queueTimes),
    runTimes: histogram(({ runTimes }) => runTimes),
    preprocessTimes: histogram(({ preprocessTimes }) => preprocessTimes),
    maxQueueMs: most(({ maxQueueMs }) => maxQueueMs),
    maxRunMs: most(({ maxRunMs }) => maxRunMs),
  };
}

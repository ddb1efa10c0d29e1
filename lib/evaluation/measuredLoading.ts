import type { FilledMeasuringOptions } from './options';

/** A batch runs when it is full: all are, the last one filled up. The time limit is for a machine that stands still. */
const maxDelayMs = 10_000;

/**
 * How a model is loaded whose numbers are to be the same on every run; its views are sent with `pad`. Kernels are chosen
 * by rule: measurement could choose others on another run, and figures would differ in their last digits.
 */
export function measuredLoading({
  device,
  precision,
  threads,
  batchSize,
}: Pick<FilledMeasuringOptions, 'device' | 'precision' | 'threads' | 'batchSize'>) {
  return {
    device,
    precision,
    threads,
    batching: { maxBatchSize: batchSize, maxDelayMs, maxQueue: 2 * batchSize },
    tuning: { timeMs: 0, folder: null },
  };
}

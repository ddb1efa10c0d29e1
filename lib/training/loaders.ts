import { ClipLoader } from '../dataset/clips/clipLoader';
import { videoLimits } from '../video/limits';
import type { RunPlan } from './runPlan';

/** Loaders of both parts of the data. */
export interface Loaders {
  train: ClipLoader;
  validation: ClipLoader | null;
}

/** Their seeds differ, so that no clip is drawn with the same numbers in both. */
export function loadersFor({ data, options, task }: RunPlan): Loaders {
  const { train, validation } = data;
  const { batchSize, maxSkippedShare, seed, decoders: concurrency = defaultDecoders() } = options;
  const common = { batchSize, maxSkippedShare, concurrency, targets: task.hasTargets };
  return {
    train: new ClipLoader(train, { ...common, seed }),
    validation: validation && new ClipLoader(validation, { ...common, seed: seed + 1 }),
  };
}

function defaultDecoders(): number {
  return Math.min(8, videoLimits.maxDecoders);
}

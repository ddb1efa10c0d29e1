import type { RgbFrame } from '../clip/contactSheet';
import type { SkippedSample } from '../dataset/clips/clipLoader';
import type { Evaluation, SamplePrediction } from '../evaluation/types';
import type { RunConfig } from '../training/runConfig';
import type { EpochMetrics } from '../training/types';

/** What a report is written from. Parts that are missing are left out of it. */
export interface ReportContent {
  /** Of the run; null for an evaluation alone. */
  config: RunConfig | null;
  /** The lines of `metrics.jsonl`; empty for an evaluation alone. */
  metrics: readonly EpochMetrics[];
  /** Of the best model on the validation clips; null where there are none. */
  evaluation: Evaluation | null;
  /** See `confidentMistakes`. */
  mistakes: readonly Mistake[];
  /** Samples that the run, or the evaluation, left out. */
  skipped: readonly SkippedSample[];
}

/** A sample that the model got wrong, and some of its frames in their order. */
export interface Mistake extends SamplePrediction {
  /** How sure the model was of what is wrong, 0…1. */
  confidence: number;
  frames: RgbFrame[];
}

import type { RgbFrame } from '../clip/contactSheet';
import type { SkippedSample } from '../dataset/types';
import type { Evaluation, SamplePrediction } from '../evaluation/types';

/** What a report is written from. Parts that are missing are left out of it. */
export interface ReportContent {
  /** Of the run; null for an evaluation alone. */
  config: ReportedRun | null;
  /** In their order; empty for an evaluation alone. */
  metrics: readonly ReportedEpoch[];
  /** The epoch whose model was kept; null where there is none. */
  bestEpoch: number | null;
  /** Of the best model on the validation clips; null where there are none. */
  evaluation: Evaluation | null;
  /** See `confidentMistakes`. */
  mistakes: readonly Mistake[];
  /** Of a network that gives clips back. */
  reconstructions?: readonly ReconstructedClip[];
  /** Samples that the run, or the evaluation, left out. */
  skipped: readonly SkippedSample[];
}

/** What a report says of a run: a run's `config.json` is one. */
export interface ReportedRun {
  /** Versions. */
  kinetorch: string;
  libtorch: string;
  node: string;
  /** All are shown, by their names. */
  options: { data: string };
  /** Likewise. */
  input: object;
  architecture: string;
  labels: readonly string[];
  dataset: { trainClips: number; validationClips: number };
}

/** Figures beside the loss, those of the run's task: of classification, or of what was hidden of clips. */
export interface Reported {
  accuracy?: number;
  top1?: number;
  top5?: number;
  pixels?: number;
  difference?: number;
}

/** What a report says of an epoch: a line of `metrics.jsonl` is one. */
export interface ReportedEpoch {
  /** 1-based. */
  epoch: number;
  learningRate: number;
  train: Reported & { loss: number; gradNorm: number; clips: number };
  /** Null where there is no validation data. */
  validation: (Reported & { loss: number }) | null;
  /** The whole epoch, validation included. */
  seconds: number;
  /** Training clips per second of the epoch's training part. */
  clipsPerSecond: number;
  /** Seconds of that part spent waiting for data. */
  dataWaitSeconds: number;
}

/** A sample that the model got wrong, and some of its frames in their order. */
export interface Mistake extends SamplePrediction {
  /** How sure the model was of what is wrong, 0…1. */
  confidence: number;
  frames: RgbFrame[];
  /** Frames with where the model looked for what it wrongly saw, or missed; none where that is not known. */
  heat: RgbFrame[];
}

/** Some frames of a clip, as it is, as the network saw it, and as the network gave it back. */
export interface ReconstructedClip {
  name: string;
  original: RgbFrame[];
  seen: RgbFrame[];
  reconstructed: RgbFrame[];
}

import type { SkippedSample } from '../dataset/types';

/** Loss and accuracies over the validation clips, one centre clip each. */
export interface ValidationMetrics {
  /** Mean loss, without label smoothing. */
  loss: number;
  /** Share of clips whose label came first, or among the first five, 0…1. With `bce`, of those right in every class. */
  top1: number;
  top5: number;
  clips: number;
}

/** What a step or an epoch of training reports of its clips beside their loss. */
export interface TrainFigures {
  /** Share of the clips that were right, 0…1. */
  accuracy: number;
}

/** One line of `metrics.jsonl`. Times of an epoch that was interrupted are of all its parts, without what was done again. */
export interface EpochMetrics<Figures = TrainFigures, Validation = ValidationMetrics> {
  /** 1-based. */
  epoch: number;
  /** Steps taken since the run began. */
  step: number;
  /** Of the epoch's last step. */
  learningRate: number;
  /** Means over the epoch's steps, on augmented clips and with label smoothing. */
  train: { loss: number; gradNorm: number; clips: number } & Figures;
  /** Null where there is no validation data. */
  validation: Validation | null;
  /** The whole epoch, validation included. */
  seconds: number;
  /** Training clips per second of the epoch's training part. */
  clipsPerSecond: number;
  /** Seconds of that part spent waiting for data. */
  dataWaitSeconds: number;
  /** Samples left out so far. */
  skipped: number;
}

/** What happens in a run of `train`. */
export type TrainEvent = RunEvent<TrainFigures, ValidationMetrics>;

export interface TrainResult extends RunOutcome<ValidationMetrics> {}

/** What happens in a run of whatever task. */
export type RunEvent<Figures, Validation> =
  | {
      type: 'start';
      /** For example `cpu` or `cuda:0`. */
      device: string;
      /** None where nothing is classified. */
      labels: readonly string[];
      /** Number of samples. */
      trainClips: number;
      validationClips: number;
      epochs: number;
      stepsPerEpoch: number;
      /** Steps already taken, where the run is resumed. */
      step: number;
    }
  /** Something about the data or the options that a person should know; the run goes on. */
  | { type: 'warning'; message: string }
  | ({
      type: 'step';
      /** 1-based, as `step`, which counts over the whole run. */
      epoch: number;
      step: number;
      /** Place of the step in its epoch, 1-based, in a resumed epoch too. */
      epochStep: number;
      /** Clips of this step. */
      clips: number;
      learningRate: number;
      loss: number;
      gradNorm: number;
      /** Of the native step alone. */
      milliseconds: number;
    } & Figures)
  /** The epoch's steps are done, its validation begins. */
  | { type: 'validation'; epoch: number }
  | ({ type: 'epoch' } & EpochMetrics<Figures, Validation>)
  | { type: 'checkpoint'; path: string; step: number }
  | { type: 'end'; result: RunOutcome<Validation> };

/** What a run of whatever task has come to. */
export interface RunOutcome<Validation> {
  /** Passes made; fewer than asked for where early stopping ended the run. */
  epochs: number;
  /** 1-based; the epoch whose weights are in `modelPath`. */
  bestEpoch: number;
  /** Of the best epoch; null where there is no validation data. */
  validation: Validation | null;
  /** `best.pt`: load it with `loadModel`. */
  modelPath: string;
  /** `last.pt`, with the weights of the last epoch. */
  lastModelPath: string;
  checkpointPath: string;
  metricsPath: string;
  configPath: string;
  /** `report.html`, one file to open in a browser. */
  reportPath: string;
  /** Samples that could not be loaded. */
  skipped: SkippedSample[];
  /** Of this call; a resumed run's earlier part is not in it. */
  seconds: number;
  /** Training clips per second of training. */
  clipsPerSecond: number;
}

import type { SkippedSample } from '../dataset/clipLoader';
import type { ClipDataset } from '../dataset/types';
import type { Device, ModelInput } from '../model/types';

/** Clips to train on, in memory, generated, or read from somewhere of your own. */
export interface TrainData {
  train: ClipDataset;
  /** Without it, the last epoch counts as the best. */
  validation?: ClipDataset;
}

export interface TrainOptions {
  /** A name of `kinetorch create --help`, for fresh weights. Either this or `from`. */
  architecture?: string;
  /** Path or bytes of a Kinetorch model file to train on from: its weights, architecture and input. */
  from?: string | Uint8Array;
  /** A folder with one folder of videos per class, or datasets. */
  data: string | TrainData;
  /** Share of every class of a folder that is kept for validation, 0 to below 1. Default 0.2. */
  validationShare?: number;
  /** Where the run is written; made if missing. A folder that already holds a run is refused. */
  outDir: string;
  /** Passes over the training clips. Default 30. */
  epochs?: number;
  /** Clips a step. Default 8. */
  batchSize?: number;
  /** Default `adamw`. */
  optimizer?: 'sgd' | 'adamw';
  /** Peak, per step. Default 0.001 for `adamw`, 0.02 for `sgd`. */
  learningRate?: number;
  /** Epochs of linear rise before the rate falls along a cosine; may be a fraction. Default a tenth of `epochs`. */
  warmupEpochs?: number;
  /** Of `sgd`, 0 to below 1. Default 0.9. */
  momentum?: number;
  /** Of `sgd`; needs momentum. Default true where there is momentum. */
  nesterov?: boolean;
  /** On weights of convolutions and linear layers only. Default 0.05 for `adamw`, 0.0001 for `sgd`. */
  weightDecay?: number;
  /** 0 to below 1. Default 0.1. */
  labelSmoothing?: number;
  /** Probability that a training clip is mirrored; 0 where left and right matter. Default 0.5. */
  horizontalFlip?: number;
  /** Global norm above which gradients are scaled down. Default: they aren't. */
  clipGradNorm?: number;
  /** What differs from the architecture's (or the file's) own input. */
  input?: Partial<ModelInput>;
  /** Decides weights, split, order and augmentation. Default 0. */
  seed?: number;
  /** Default `auto`. */
  device?: Device;
  /** Threads of the network on a CPU. Default 0: all cores. */
  threads?: number;
}

export interface TrainCallbacks {
  /**
   * Called at once for every event. A promise it returns is not waited for, except before `train` resolves; a throw
   * or a rejection ends the run with that error.
   */
  onProgress?: (event: TrainEvent) => void | Promise<void>;
  /** Finishes the step that runs, saves the checkpoint and rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
}

/** Loss and accuracies over the validation clips, one centre clip each. */
export interface ValidationMetrics {
  /** Mean cross entropy, without label smoothing. */
  loss: number;
  /** Share of clips whose label came first, or among the first five, 0…1. */
  top1: number;
  top5: number;
  clips: number;
}

/** One line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** 1-based. */
  epoch: number;
  /** Steps taken since the run began. */
  step: number;
  /** Of the epoch's last step. */
  learningRate: number;
  /** Means over the epoch's steps, on augmented clips and with label smoothing. */
  train: { loss: number; accuracy: number; gradNorm: number; clips: number };
  /** Null where there is no validation data. */
  validation: ValidationMetrics | null;
  /** The whole epoch, validation included. */
  seconds: number;
  /** Training clips per second of the epoch's training part. */
  clipsPerSecond: number;
  /** Seconds of that part spent waiting for data. */
  dataWaitSeconds: number;
  /** Samples left out so far. */
  skipped: number;
}

export type TrainEvent =
  | {
      type: 'start';
      /** For example `cpu` or `cuda:0`. */
      device: string;
      labels: readonly string[];
      /** Number of samples. */
      trainClips: number;
      validationClips: number;
      epochs: number;
      stepsPerEpoch: number;
    }
  | {
      type: 'step';
      /** 1-based, as `step`, which counts over the whole run. */
      epoch: number;
      step: number;
      learningRate: number;
      loss: number;
      /** Share of this batch that was right, 0…1. */
      accuracy: number;
      gradNorm: number;
      /** Of the native step alone. */
      milliseconds: number;
    }
  | ({ type: 'epoch' } & EpochMetrics)
  | { type: 'checkpoint'; path: string; step: number }
  | { type: 'end'; result: TrainResult };

export interface TrainResult {
  epochs: number;
  /** 1-based; the epoch whose weights are in `modelPath`. */
  bestEpoch: number;
  /** Of the best epoch; null where there is no validation data. */
  validation: ValidationMetrics | null;
  /** `best.pt`: load it with `loadModel`. */
  modelPath: string;
  checkpointPath: string;
  metricsPath: string;
  configPath: string;
  /** Samples that could not be loaded. */
  skipped: SkippedSample[];
  seconds: number;
  /** Training clips per second of training, over the whole run. */
  clipsPerSecond: number;
}

import type { ClipCacheOptions, ClipDataset, SkippedSample } from '../dataset/types';
import type { Device, ModelInput } from '../model/types';

/** Clips to train on, in memory, generated, or read from somewhere of your own. */
export interface TrainData {
  train: ClipDataset;
  /** Without it, the last epoch counts as the best. */
  validation?: ClipDataset;
}

/** A range from which a value is drawn for each clip. */
export type Range = readonly [min: number, max: number];

/** Random changes of training clips, each drawn once a clip and the same in all its frames. What is left out is off. */
export interface Augmentation {
  /** Length of a clip in time, as a factor: [0.8, 1.25] plays up to a quarter faster or slower. */
  speed?: Range;
  /** Short side in pixels that the frames are resized to before the crop. Not together with `cropArea`. */
  shortSide?: Range;
  /** Share of the frame's area taken by a random resized crop (Szegedy et al. 2014), for example [0.3, 1]. Without it, crops have the input's own size. */
  cropArea?: Range;
  /** Width over height of that crop, relative to the input's: 1 keeps shapes. Default [3 / 4, 4 / 3]. */
  cropAspect?: Range;
  /** Probability of a left-right flip, 0…1. Default 0.5. */
  horizontalFlip?: number;
  /** Labels whose clips are never flipped, because left and right matter. */
  flipExcept?: readonly string[];
  /** Factors from [1 - x, 1 + x], 0…1. */
  brightness?: number;
  contrast?: number;
  saturation?: number;
  /** Largest shift of the hue, in turns of the colour circle, 0…0.5. */
  hue?: number;
  /** RandAugment (Cubuk et al. 2019): operations a clip, and their strength, 0…30. */
  randAugment?: { operations: number; magnitude: number };
  /** Probability of random erasing (Zhong et al. 2017), 0…1, and the share of the frame's area erased, default [0.02, 0.33]. */
  erase?: number;
  eraseArea?: Range;
  /** Alpha of mixup (Zhang et al. 2017) and of cutmix (Yun et al. 2019). With both, each batch takes one at random. */
  mixup?: number;
  cutmix?: number;
}

export interface TrainOptions {
  /** A name of `kinetorch create --list`, for fresh weights. Either this or `from`, or both for a file of weights alone. */
  architecture?: string;
  /**
   * Path or bytes of a Kinetorch model to train on from: its weights, architecture and input. With other labels than the
   * data's it gets a new head. With `architecture`, a `.pth` or `.safetensors` file of weights, which always gets one.
   */
  from?: string | Uint8Array;
  /** A folder per class, a CSV manifest, a UCF101 or HMDB51 folder (see `readCollection`), or datasets. */
  data: string | TrainData;
  /** Share kept for validation where the data name no split, 0 to below 1. Default 0.2. */
  validationShare?: number;
  /** Validate on this fold of a manifest's `fold` column and train on the others. */
  fold?: number;
  /** Official split of UCF101 or HMDB51, 1 to 3. Default 1. */
  officialSplit?: 1 | 2 | 3;
  /** Where the run is written; made if missing. A folder that already holds a run is refused unless `resume` is set. */
  outDir: string;
  /** Go on with the run in `outDir` from its newest whole checkpoint; the other options must be those it began with. */
  resume?: boolean;
  /** Passes over the training clips. Default 30. */
  epochs?: number;
  /** Clips a step. Default 8. */
  batchSize?: number;
  /** Batches whose gradients are averaged into one step. Default 1. */
  accumulate?: number;
  /** Default `adamw`. */
  optimizer?: 'sgd' | 'adamw';
  /** Peak, per step. Default 0.001 for `adamw`, 0.02 for `sgd`. */
  learningRate?: number;
  /** Course of the rate after the warm-up. Default `cosine`. All rise linearly to their beginning first. */
  schedule?: 'constant' | 'cosine' | 'multistep' | 'onecycle' | 'plateau';
  /** Of `multistep`: epochs after which the rate is multiplied by `gamma`. */
  milestones?: readonly number[];
  /** Of `multistep` and `plateau`. Default 0.1. */
  gamma?: number;
  /** Of `plateau`: epochs without a lower validation loss before the rate falls. Default 5. */
  patience?: number;
  /** Epochs of linear rise; may be a fraction. Default a tenth of `epochs`, 0 with `onecycle`, whose rise is its own. */
  warmupEpochs?: number;
  /** Of `sgd`, 0 to below 1. Default 0.9. */
  momentum?: number;
  /** Of `sgd`; needs momentum. Default true where there is momentum. */
  nesterov?: boolean;
  /** On weights of convolutions and linear layers only. Default 0.05 for `adamw`, 0.0001 for `sgd`. */
  weightDecay?: number;
  /** Global norm above which gradients are scaled down. Default: they aren't. */
  clipGradNorm?: number;
  /** Decay of the running average of weights that is validated and saved, for example 0.999. Default 0: none. */
  ema?: number;
  /** `bce` is for clips of several classes at once. Default `crossentropy`, or `bce` where the data have such clips. */
  loss?: 'crossentropy' | 'bce';
  /** 0 to below 1. Default 0.1; 0 with `bce`. */
  labelSmoothing?: number;
  /** Factor on the loss of each class, in the order of the labels; `balanced` takes the inverse of their frequency. */
  classWeights?: 'balanced' | readonly number[];
  /** Default `float32` on a CPU, `bfloat16` on CUDA. */
  precision?: 'auto' | 'float32' | 'bfloat16' | 'float16';
  /** Stages below the head that are not trained, counted from the input; the model's metadata names them. Default 0. */
  freezeStages?: number;
  /** Factor on the rate of everything below the head. Default 1. */
  bodyRate?: number;
  /** Leave batch norm as it is. Default false. */
  freezeBatchNorm?: boolean;
  /** Stop after this many epochs without a better validation. Default 0: never. */
  earlyStopping?: number;
  augment?: Augmentation;
  /** What differs from the architecture's (or the file's) own input. */
  input?: Partial<ModelInput>;
  /** Of videos, take every `stride`-th frame at the input's frame rate; dense sampling only. Default 1. */
  stride?: number;
  cache?: ClipCacheOptions;
  /** Clips decoded at once, in as many decoder processes as {@link openVideo} allows. Default 2 less than twice the cores, 2 to 8. */
  decoders?: number;
  /** Share of samples that may fail to load before the run stops, 0…1. Default 0.05. */
  maxSkippedShare?: number;
  /** Minutes between checkpoints within an epoch; there is one after each in any case. Default 5. */
  checkpointMinutes?: number;
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
  /** Finishes the step that runs, saves a checkpoint and rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
}

/** Loss and accuracies over the validation clips, one centre clip each. */
export interface ValidationMetrics {
  /** Mean loss, without label smoothing. */
  loss: number;
  /** Share of clips whose label came first, or among the first five, 0…1. With `bce`, of those right in every class. */
  top1: number;
  top5: number;
  clips: number;
}

/** One line of `metrics.jsonl`. Times of an epoch that was interrupted are of all its parts, without what was done again. */
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
      /** Steps already taken, where the run is resumed. */
      step: number;
    }
  /** Something about the data or the options that a person should know; the run goes on. */
  | { type: 'warning'; message: string }
  | {
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
      /** Share of this step's clips that were right, 0…1. */
      accuracy: number;
      gradNorm: number;
      /** Of the native step alone. */
      milliseconds: number;
    }
  /** The epoch's steps are done, its validation begins. */
  | { type: 'validation'; epoch: number }
  | ({ type: 'epoch' } & EpochMetrics)
  | { type: 'checkpoint'; path: string; step: number }
  | { type: 'end'; result: TrainResult };

export interface TrainResult {
  /** Passes made; fewer than asked for where early stopping ended the run. */
  epochs: number;
  /** 1-based; the epoch whose weights are in `modelPath`. */
  bestEpoch: number;
  /** Of the best epoch; null where there is no validation data. */
  validation: ValidationMetrics | null;
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

import type { NativeStats } from '../../binding';
import type { CallOptions } from '../base/abort';
import type { CropPosition } from '../clip/types';
import type { VideoInfo } from '../video/types';

/** Where a network runs: `auto` takes the first CUDA device when there is one. */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/** Where a loaded model runs: `cuda:*` takes every CUDA device, and each the next batch when it is free. */
export type ModelDevice = Device | 'cuda:*';

/** Arithmetic of the network: `auto` is float32 on a CPU and float16 on CUDA. */
export type Precision = 'auto' | 'float32' | 'float16' | 'bfloat16';

/** What a network wants to see. Travels inside the model file as `input` of `kinetorch.json`. */
export interface ModelInput {
  /** Frames in a clip. */
  frames: number;
  /** Pixels, after resize and crop. */
  height: number;
  width: number;
  /** Frames per second at which a video is sampled. */
  frameRate: number;
  /**
   * `dense`: a clip is `frames` instants, `1 / frameRate` apart. `segment`: it is spread over the whole video, one frame
   * from each of `frames` equal parts (Temporal Segment Networks, Wang et al. 2016). Default `dense`.
   */
  sampling?: 'dense' | 'segment';
  /** `[height, width]` in pixels, or `[shortSide]`, before the crop. */
  resize: [number, number] | [number];
  /** Whether the resize filters before it shrinks, as PyTorch's `antialias=True` does. */
  antialias: boolean;
  /** Per channel (R, G, B), for values in [0, 1]. */
  mean: [number, number, number];
  std: [number, number, number];
}

/**
 * `multiclass`: each clip is of one class, and probabilities are a softmax. `multilabel`: of any number, and they are
 * sigmoids.
 */
export type ModelTask = 'multiclass' | 'multilabel';

/** What a network can be asked for; `embedding` is the vector before the head, `features` the volume before its mean. */
export type ModelOutput = 'logits' | 'probabilities' | 'embedding' | 'features';

/** What a network's parts are called, by their paths in the state dict, and what it can give. */
export interface NetworkParts {
  /** From the input on, the head left out: what `freezeStages` counts. Empty where they are not known. */
  stages: string[];
  /** The classification head; null where it is not known. */
  head: string | null;
  outputs: ModelOutput[];
}

/** What `kinetorch.json` inside a model file says; files of version 1 are filled up to this when they are read. */
export interface ModelMetadata extends NetworkParts {
  formatVersion: 2;
  /** A name of the architecture table, or `custom` for a network from elsewhere. */
  architecture: string;
  task: ModelTask;
  labels: string[];
  input: ModelInput;
  /** Free-form record of how the weights came about. */
  training?: Record<string, unknown>;
  license?: string;
}

export interface ClassifyOptions extends CallOptions {
  /** How many predictions, best first; 1 to the number of classes. Default 5, or all where there are fewer. */
  topK?: number;
  /** Default `{ x: 0.5, y: 0.5 }`. */
  crop?: CropPosition;
}

export interface Prediction {
  label: string;
  /** Index of the class in the model's labels. */
  index: number;
  /** Softmax probability, 0…1. */
  score: number;
}

export interface Timing {
  /** Milliseconds from the call until its batch began. */
  queueMs: number;
  /**
   * Milliseconds from when its batch began until it was done: preprocessing, network, softmax; on CUDA the end of the
   * batch before as well.
   */
  runMs: number;
  /** Clips that shared the batch. */
  batchSize: number;
}

export interface Classification {
  predictions: Prediction[];
  timing: Timing;
}

export interface ModelStats extends Omit<NativeStats, 'totalQueueMs' | 'totalRunMs'> {
  meanBatchSize: number;
  meanQueueMs: number;
  meanRunMs: number;
}

export interface ClassifyVideoOptions extends CallOptions {
  topK?: number;
  /**
   * Clips spread evenly over the video. Default 10; a video shorter than that many windows gets fewer. Of a model that
   * samples by `segment`, each is spread over the whole video, at other instants than the others.
   */
  clips?: number;
  /** 1: centre; 3: left, centre, right (or top, centre, bottom of an upright video). Default 1. */
  crops?: 1 | 3;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/** One window of the video and what was seen in it. */
export interface VideoSegment {
  startSeconds: number;
  endSeconds: number;
  predictions: Prediction[];
}

export interface VideoClassification {
  /** Softmax averaged over all clips and crops. */
  predictions: Prediction[];
  segments: VideoSegment[];
  video: VideoInfo;
  /** For example that the file was cut short; empty when all went well. */
  warnings: string[];
}

export interface ClassifyStreamOptions extends CallOptions {
  topK?: number;
  /** Length of a window in seconds. Default: the model's frames / frameRate. */
  windowSeconds?: number;
  /** Seconds from one window's start to the next. Default: windowSeconds. */
  strideSeconds?: number;
  crops?: 1 | 3;
  /** Told, once each, of what is wrong with the file though it could be read, for example that it was cut short. */
  onWarning?: (warning: string) => void;
}

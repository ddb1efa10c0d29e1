import type { z } from 'zod';
import type { NativeStats } from '../../binding';
import type { VideoInfo } from '../video/types';
import type { ModelOutput, Timing } from './outputs';
import type { inputFields } from './schemas';
import type { VideoCounts } from './videoCalls';

/** What a network wants to see. Travels inside the model file as `input` of `kinetorch.json`. */
export interface ModelInput extends z.output<z.ZodObject<typeof inputFields>> {}

/** `multiclass`: each clip is of one class. `multilabel`: of any number. Probabilities are a softmax for both, so far. */
export type ModelTask = 'multiclass' | 'multilabel';

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

export interface Prediction {
  label: string;
  /** Index of the class in the model's labels. */
  index: number;
  /** Softmax probability, 0…1. */
  score: number;
}

export interface Classification {
  predictions: Prediction[];
  timing: Timing;
}

/**
 * Counts since the model was loaded; times in milliseconds. `queueTimes` and `runTimes` are histograms of fixed `bounds`,
 * as a metrics exporter wants them: `counts` holds one number for each range up to a bound, and a last one for all above.
 */
export interface ModelStats extends NativeStats {
  /** Videos of this model, and the decoder processes of this thread, which all models share. */
  videos: VideoCounts & { decoders: number };
  meanBatchSize: number;
  meanQueueMs: number;
  meanRunMs: number;
}

/** One window of the video and what was seen in it. */
export interface VideoSegment {
  startSeconds: number;
  endSeconds: number;
  /** For how long the model saw the first or the last frame again, as there was no video; 0 for most windows. */
  paddedSeconds: number;
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

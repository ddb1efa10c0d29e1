import type { z } from 'zod';
import type { NativeStats } from '../../binding';
import type { VideoInfo } from '../video/types';
import type { FittedAlarm } from './anomaly/fittedAlarm';
import type { FrameCnn } from './frameCnnSchema';
import type { ModelOutput, Timing } from './outputs';
import type { quantizationSchema } from './quantizationSchema';
import type {
  inputFields,
  maskTargetSchema,
  networkOutputSchema,
  reconstructionObjectiveSchema,
  taskSchema,
} from './schemas';
import type { VideoCounts } from './videoCalls';

/** What a network wants to see. Travels inside the model file as `input` of `kinetorch.json`. */
export interface ModelInput extends z.output<z.ZodObject<typeof inputFields>> {}

/**
 * `multiclass`: each clip is of one class, and probabilities are a softmax. `multilabel`: of any number, and each class
 * has a sigmoid of its own. `reconstruct`: clips are given back, and there are no classes.
 */
export type ModelTask = z.output<typeof taskSchema>;

/** What a network itself gives for each class; `probabilities` where it ends in a softmax or sigmoids. */
export type NetworkOutput = z.output<typeof networkOutputSchema>;

/** Of a network that gives clips back: what it was trained for. */
export interface ReconstructionInfo {
  /**
   * `masked`: to predict what is hidden of clips, in cells normalised by themselves. `plain`: to give back the pixels that
   * it sees.
   */
  objective: z.output<typeof reconstructionObjectiveSchema>;
  /** Share of each clip that was hidden, 0…1, in cells of so many pixels a side, and what of it was predicted; of `masked`. */
  ratio?: number;
  cell?: number;
  target?: z.output<typeof maskTargetSchema>;
}

/** Of a network that `quantizeModel` made: which of its layers run in int8 on a CPU, and over which ranges. */
export interface Quantization extends z.output<typeof quantizationSchema> {}

/** What a network's parts are called, by their paths in the state dict, and what it can give. */
export interface NetworkParts {
  /** From the input on, the head left out: what `freezeStages` counts. Empty where they are not known. */
  stages: string[];
  /** The classification head; null where it is not known. */
  head: string | null;
  outputs: ModelOutput[];
  /** Of a 2-D network: how it was made one for clips. */
  frameCnn?: FrameCnn;
}

/** What `kinetorch.json` inside a model file says; files of version 1 are filled up to this when they are read. */
export interface ModelMetadata extends NetworkParts {
  formatVersion: 2;
  /** A name of the architecture table, or `custom` for a network from elsewhere. */
  architecture: string;
  task: ModelTask;
  /** Where it is not said: told by the network when it is loaded. */
  output?: NetworkOutput;
  /** Class names; none where the task is `reconstruct`. */
  labels: string[];
  input: ModelInput;
  /** Of the task `reconstruct`, where it is known. */
  reconstruction?: ReconstructionInfo;
  /** When `anomalyScore` raises an alarm, as {@link fitAnomalyThreshold} found. */
  anomaly?: FittedAlarm;
  /** Of a file that {@link quantizeModel} wrote. */
  quantization?: Quantization;
  /** Free-form record of how the weights came about. */
  training?: Record<string, unknown>;
  license?: string;
}

export interface Prediction {
  label: string;
  /** Index of the class in the model's labels. */
  index: number;
  /** Probability, 0…1: of a softmax, or of a sigmoid where the model's task is `multilabel`. */
  score: number;
}

export interface Classification {
  predictions: Prediction[];
  timing: Timing;
}

/**
 * Counts since the model was loaded; times in milliseconds. `queueTimes`, `runTimes` and, of these the part in which clips
 * become a batch, `preprocessTimes` are histograms of fixed `bounds`, as a metrics exporter wants them: `counts` holds one number
 * for each range up to a bound, and a last one for all above.
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
  /** Probabilities averaged over all clips and crops. */
  predictions: Prediction[];
  segments: VideoSegment[];
  video: VideoInfo;
  /** For example that the file was cut short; empty when all went well. */
  warnings: string[];
}

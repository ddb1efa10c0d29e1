import type { z } from 'zod';
import {
  type CallOptions,
  callback,
  callOptions,
  type OptionsOf,
  oneOfNumbers,
  realNumber,
  wholeNumber,
} from '../base/schemas';
import { cropSchema } from '../clip/cropSchema';
import type { CropPosition } from '../clip/types';

const usualTopK = 5;

export const cropsSchema = oneOfNumbers([1, 3], '1 or 3')
  .default(1)
  .describe('1: the centre; 3: three along the longer side');

const namedCrop: z.ZodType<CropPosition, CropPosition> = cropSchema;

export const clipOptions = {
  ...callOptions,
  /** Place of the crop. Default `{ x: 0.5, y: 0.5 }`, the centre. */
  crop: namedCrop.default({ x: 0.5, y: 0.5 }),
};

/** Options of a call on one clip that gives a whole vector. */
export interface ClipOptions extends CallOptions, OptionsOf<typeof clipOptions> {}

/** Options of a model of so many classes. */
const topKOptions = (classes: number) => ({
  /** How many predictions, best first; 1 to the number of classes. Default 5, or all where there are fewer. */
  topK: wholeNumber(1, Math.max(1, classes)).default(Math.min(usualTopK, classes)),
});

export const classifyOptions = (classes: number) => ({ ...clipOptions, ...topKOptions(classes) });

export interface ClassifyOptions extends CallOptions, OptionsOf<ReturnType<typeof classifyOptions>> {}

export const classifyTensorOptions = (classes: number) => ({ ...callOptions, ...topKOptions(classes) });

export interface ClassifyTensorOptions extends CallOptions, OptionsOf<ReturnType<typeof classifyTensorOptions>> {}

/** What both ways of classifying a video have. */
const viewOptions = {
  ...callOptions,
  /** 1: centre; 3: left, centre, right (or top, centre, bottom of an upright video). Default 1. */
  crops: cropsSchema,
};

/** Options of `classifyVideo`, beside `topK`. */
export const spreadOptions = {
  ...viewOptions,
  /**
   * Clips spread evenly over the video. Default 10; a video shorter than that many windows gets fewer. Of a model that
   * samples by `segment`, each is spread over the whole video, at other instants than the others.
   */
  clips: wholeNumber(1, 10_000).default(10).describe('instead of a timeline: n clips spread evenly, and their mean'),
  /** Clips that are done. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

export const classifyVideoOptions = (classes: number) => ({ ...spreadOptions, ...topKOptions(classes) });

export interface ClassifyVideoOptions extends CallOptions, OptionsOf<ReturnType<typeof classifyVideoOptions>> {}

const seconds = realNumber(0.001, 86_400).optional();

/** Options of `classifyStream`, beside `topK`. */
export const windowOptions = {
  ...viewOptions,
  /** Length of a window in seconds. Default: the model's frames / frameRate. */
  windowSeconds: seconds.describe("length of a window (default: one clip of the model's)"),
  /** Seconds from one window's start to the next. Default: windowSeconds. */
  strideSeconds: seconds.describe("from one window's start to the next (default: the window)"),
  /** Told, once each, of what is wrong with the file though it could be read, for example that it was cut short. */
  onWarning: callback<(warning: string) => void>().optional(),
};

/** Options of `classifyFrames`: frames have no file that could be damaged. */
export const classifyFramesOptions = (classes: number) => {
  const { onWarning: _, ...options } = classifyStreamOptions(classes);
  return options;
};

export interface ClassifyFramesOptions extends CallOptions, OptionsOf<ReturnType<typeof classifyFramesOptions>> {}

export const classifyStreamOptions = (classes: number) => ({ ...windowOptions, ...topKOptions(classes) });

export interface ClassifyStreamOptions extends CallOptions, OptionsOf<ReturnType<typeof classifyStreamOptions>> {}

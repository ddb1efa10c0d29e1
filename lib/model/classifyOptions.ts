import { z } from 'zod';
import { callback, callOptions, oneOfNumbers, realNumber, wholeNumber } from '../base/schemas';
import { cropSchema } from '../clip/cropSchema';

const usualTopK = 5;

/** Of a model of so many classes; as many as may be where that is not known yet. */
const topKSchema = (classes = Number.MAX_SAFE_INTEGER) => wholeNumber(1, classes).default(Math.min(usualTopK, classes));

export const cropsSchema = oneOfNumbers([1, 3], '1 or 3')
  .default(1)
  .describe('1: the centre; 3: three along the longer side');

const seconds = realNumber(0.001, 86_400).optional();

const object = { error: 'an object' };

export const clipOptions = z.strictObject(
  {
    ...callOptions.shape,
    /** Place of the crop. Default `{ x: 0.5, y: 0.5 }`, the centre. */
    crop: cropSchema.default({ x: 0.5, y: 0.5 }),
  },
  object,
);

/** Options of a call on one clip that gives a whole vector. */
export interface ClipOptions extends z.input<typeof clipOptions> {}

export const classifyOptions = (classes?: number) =>
  z.strictObject(
    {
      ...clipOptions.shape,
      /** How many predictions, best first; 1 to the number of classes. Default 5, or all where there are fewer. */
      topK: topKSchema(classes),
    },
    object,
  );

export interface ClassifyOptions extends z.input<ReturnType<typeof classifyOptions>> {}

/** What both ways of classifying a video have. */
const viewOptions = (classes?: number) => ({
  ...callOptions.shape,
  /** Predictions of each window, best first; 1 to the number of classes. Default 5, or all where there are fewer. */
  topK: topKSchema(classes),
  /** 1: centre; 3: left, centre, right (or top, centre, bottom of an upright video). Default 1. */
  crops: cropsSchema,
});

export const classifyVideoOptions = (classes?: number) =>
  z.strictObject(
    {
      ...viewOptions(classes),
      /**
       * Clips spread evenly over the video. Default 10; a video shorter than that many windows gets fewer. Of a model
       * that samples by `segment`, each is spread over the whole video, at other instants than the others.
       */
      clips: wholeNumber(1, 10_000)
        .default(10)
        .describe('instead of a timeline: n clips spread evenly, and their mean'),
      /** Clips that are done. */
      onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
    },
    object,
  );

export interface ClassifyVideoOptions extends z.input<ReturnType<typeof classifyVideoOptions>> {}

export const classifyStreamOptions = (classes?: number) =>
  z.strictObject(
    {
      ...viewOptions(classes),
      /** Length of a window in seconds. Default: the model's frames / frameRate. */
      windowSeconds: seconds.describe("length of a window (default: one clip of the model's)"),
      /** Seconds from one window's start to the next. Default: windowSeconds. */
      strideSeconds: seconds.describe("from one window's start to the next (default: the window)"),
    },
    object,
  );

export interface ClassifyStreamOptions extends z.input<ReturnType<typeof classifyStreamOptions>> {}

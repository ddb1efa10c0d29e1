import { type CallOptions, callback, type OptionsOf } from '../../base/schemas';
import { clipOptions } from '../classifyOptions';
import { modelDeviceSchema, precisionSchema, threadsSchema } from '../options';
import { falseAlarmRateSchema, frameScoreSchema, strideSchema, thresholdSchema } from './fittedAlarm';

const scoring = {
  /**
   * How a frame is scored, of pixels in 0…1: `mse`, the mean squared error; `psnr`, the peak signal-to-noise ratio in dB
   * with the sign turned round, so that a higher score is always a stranger frame; `topCells`, the mean squared error of
   * the worst 5% of the frame's cells of 8×8 pixels, for what is small in a large picture. Default: as the model's alarm was
   * fitted, else `mse`.
   */
  score: frameScoreSchema
    .optional()
    .describe("mse, psnr, or topCells: the worst 5% of 8×8 cells (default: the model's alarm's, else mse)"),
  /**
   * Frames, at the model's frame rate, from one window to the next, 1 to the model's `frames`. A frame's score is the mean of
   * what all windows say that show it. Above half a window, what is left at the end of a video is not scored where it fills
   * less than half of one. Default: as the model's alarm was fitted, else half a window.
   */
  stride: strideSchema
    .optional()
    .describe("frames from one window to the next (default: the model's alarm's, else half a window)"),
};

export const anomalyScoreOptions = {
  ...clipOptions,
  ...scoring,
  /** Frames that score higher are an alarm. Default: the model's own, where it was fitted for this score; else none. */
  threshold: thresholdSchema.optional().describe("frames that score higher are an alarm (default: the model's own)"),
  /** Told, once each, of what is wrong with the file though it could be read, for example that it was cut short. */
  onWarning: callback<(warning: string) => void>().optional(),
  /** Frames that are done, and how many there are, about. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

export interface AnomalyScoreOptions extends CallOptions, OptionsOf<typeof anomalyScoreOptions> {}

export const fitAnomalyOptions = {
  ...scoring,
  /** Share of normal frames that may be an alarm all the same, above 0 and up to 0.5. Default 0.01. */
  falseAlarmRate: falseAlarmRateSchema
    .default(0.01)
    .describe('share of normal frames that may be an alarm all the same (default: {default})'),
  /** See `loadModel`. */
  device: modelDeviceSchema,
  precision: precisionSchema,
  threads: threadsSchema,
  signal: clipOptions.signal,
  /** Videos that are done. */
  onProgress: callback<(progress: { done: number; total: number }) => void>().optional(),
};

export interface FitAnomalyOptions extends OptionsOf<typeof fitAnomalyOptions> {}

import type { z } from 'zod';
import { nonEmptyText, type OptionsOf, oneOf } from '../../base/schemas';
import { anomalyScoreOptions } from '../../model/anomaly/options';
import { evaluateOptions } from '../options';

const { split, fold, officialSplit, validationShare, seed, maxSkippedShare, signal, onProgress } = evaluateOptions;
const { device, precision, threads } = evaluateOptions;
const { score, stride, threshold } = anomalyScoreOptions;

export const evaluateAnomalyOptions = {
  score,
  stride,
  threshold,
  /** The label of what is normal; all others are anomalies. Default `normal`. */
  normal: nonEmptyText('a label').default('normal').describe('label of what is normal (default: {default})'),
  /**
   * What is done with scores before those of all videos are compared. `none`: nothing, as a camera in service has them.
   * `video`: each video's lowest becomes 0 and its highest 1, as most papers report, which needs the whole video beforehand.
   * Default `none`.
   */
  normalise: oneOf(['none', 'video'])
    .default('none')
    .describe("none, or video: each video's scores are stretched to 0…1, as most papers have it (default: {default})"),
  split,
  fold,
  officialSplit,
  validationShare,
  seed,
  maxSkippedShare,
  device,
  precision,
  threads,
  signal,
  onProgress,
};

export interface EvaluateAnomalyOptions extends OptionsOf<typeof evaluateAnomalyOptions> {}

export type FilledEvaluateAnomalyOptions = z.output<z.ZodObject<typeof evaluateAnomalyOptions>>;

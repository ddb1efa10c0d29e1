import type { z } from 'zod';
import { callback, callOptions, nonEmptyText, type OptionsOf, oneOf, realNumber, wholeNumber } from '../base/schemas';
import { maxSkippedShareSchema, splitSchema } from '../dataset/options';
import { threadsSchema } from '../model/options';
import { rangeMethodSchema } from '../model/quantizationSchema';
import type { QuantizeProgress } from './types';

/**
 * Points of top-1 that may be lost, and per cent of clips that must be decided alike, unless something else is said. With
 * labels the latter too: among few clips as many may be right by chance as before, though they are others.
 */
export const usual = { maxDrop: 0.5, minAgreement: { labelled: 95, unlabelled: 99.5 } };

export const quantizeOptions = {
  /** The file that is written, another than the model's own. */
  outFile: nonEmptyText('the path of a file'),
  /**
   * Clips that are looked at, 3 to 100,000, or as many as there are; of few videos several each. Two thirds say over which
   * ranges activations are quantised; the others, of other videos unless these are fewer than 12, are kept in memory, and
   * what is lost is measured on them. Default 300.
   */
  clips: wholeNumber(3, 100_000).default(300).describe('clips that are looked at (default: {default})'),
  /** The part of a folder or manifest that they are from. Default `train` where the data name parts, else `all`. */
  split: splitSchema.optional().describe('the part to take clips of (default: train, or all where the data name none)'),
  /**
   * How ranges are found: `min-max` takes all that was seen, `percentile` leaves out the outermost 0.01%, `mse` has the least
   * squared error. Default `auto`: the one of the best signal-to-noise ratio of the logits.
   */
  method: oneOf(['auto', ...rangeMethodSchema.options], "'auto', 'min-max', 'percentile' or 'mse'")
    .default('auto')
    .describe('how ranges are found; auto: the one that changes the logits least (default: {default})'),
  /**
   * Points of top-1 accuracy that may be lost on the clips held back, 0 to 100. Clips without labels have none to lose.
   * Default 0.5.
   */
  maxDrop: realNumber(0, 100)
    .optional()
    .describe(`points of top-1 that may be lost, of labelled clips (default: ${usual.maxDrop})`),
  /**
   * Per cent of the clips held back that must be decided as in float32, 0 to 100. Default 95 for clips with labels, else 99.5.
   */
  minAgreement: realNumber(0, 100)
    .optional()
    .describe(
      `per cent of clips decided as in float32 (default: ${usual.minAgreement.labelled} of labelled clips, else ` +
        `${usual.minAgreement.unlabelled})`,
    ),
  /** Share of samples that may fail to load, 0…1. Default 0.05. */
  maxSkippedShare: maxSkippedShareSchema.describe(
    'stop where more of the videos cannot be loaded (default: {default})',
  ),
  threads: threadsSchema,
  /** Rejects with `ERR_ABORTED`, at the latest when the batch under way is done. */
  signal: callOptions.signal,
  onProgress: callback<(progress: QuantizeProgress) => void>().optional(),
};

/** What is made int8 and how. */
export interface QuantizeOptions extends OptionsOf<typeof quantizeOptions> {}

export type FilledQuantizeOptions = z.output<z.ZodObject<typeof quantizeOptions>>;

import { z } from 'zod';
import { callOptions, realNumber, wholeNumber } from '../base/schemas';
import { parse } from '../base/validation';
import { modelDeviceSchema } from '../model/schemas';
import type { EvaluateOptions } from './types';

/** {@link EvaluateOptions} with their defaults; those without one are decided by the data or the model. */
export type FilledEvaluateOptions = EvaluateOptions & Required<Pick<EvaluateOptions, (typeof filled)[number]>>;

const filled = ['clips', 'crops', 'averageFrames', 'batchSize', 'device', 'precision', 'maxSkippedShare'] as const;

const optionsSchema = z.strictObject(
  {
    clips: wholeNumber(1, 10_000).default(5),
    crops: z.union([z.literal(1), z.literal(3)], { error: '1 or 3' }).default(1),
    split: z
      .enum(['train', 'validation', 'test', 'all'], { error: "'train', 'validation', 'test' or 'all'" })
      .optional(),
    fold: wholeNumber(0, 1_000_000).optional(),
    officialSplit: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: '1, 2 or 3' }).optional(),
    validationShare: realNumber(0, 0.9).optional(),
    seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
    averageFrames: z.boolean({ error: 'true or false' }).default(false),
    batchSize: wholeNumber(1, 1024).default(8),
    device: modelDeviceSchema.default('auto'),
    precision: z
      .enum(['auto', 'float32', 'float16', 'bfloat16'], { error: "'auto', 'float32', 'float16' or 'bfloat16'" })
      .default('auto'),
    threads: wholeNumber(1, 1024).optional(),
    maxSkippedShare: realNumber(0, 1).default(0.05),
    signal: callOptions.signal,
    onProgress: z
      .custom<NonNullable<EvaluateOptions['onProgress']>>((value) => typeof value === 'function', {
        error: 'a function',
      })
      .optional(),
  },
  { error: 'an object' },
);

/** Checks and fills the options of `evaluate`. Throws `ERR_INVALID_ARGUMENT`. */
export function fillOptions(options: EvaluateOptions): FilledEvaluateOptions {
  return parse(optionsSchema, options, 'options') as FilledEvaluateOptions;
}

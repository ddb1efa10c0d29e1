import { z } from 'zod';
import type { NativeOutput, NativeResult, NativeStats } from '../../../binding';
import { type ErrorCode, errorCodes } from '../../base/errors';
import type { LoadedModel, ModelMethod } from './messages';

/*
 * What a model's process may answer. It may have been taken over by the file that it runs: what does not fit these is not
 * looked at further.
 */

const wholeNumber = z.int().min(0);
const time = z.number().min(0);
const outputNames = ['logits', 'probabilities', 'embedding', 'features', 'reconstruction', 'target'] as const;
/** What people are shown: of one kind of letters with the rest of a message, so that it moves no cursor. */
const text = z
  .string()
  .max(10_000)
  .transform((said) => said.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 1000));

export const openedSchema = z.object({ metadata: z.instanceof(Uint8Array).nullable(), fingerprint: z.string() });

export const loadedSchema = z.object({
  devices: z.array(z.literal('cpu')).length(1),
  precision: z.enum(['float32', 'float16', 'bfloat16', 'int8']),
  outputs: z.array(z.enum(outputNames)).max(outputNames.length),
  output: z.enum(['logits', 'probabilities']),
  warnings: z.array(text).max(20),
}) satisfies z.ZodType<LoadedModel>;

const histogramSchema = z
  .object({ bounds: z.array(time).max(1000), counts: z.array(wholeNumber).max(1001), sum: time, count: wholeNumber })
  .refine(({ bounds, counts }) => counts.length === bounds.length + 1);

const statsSchema: z.ZodType<NativeStats> = z.object({
  requests: wholeNumber,
  completed: wholeNumber,
  failed: wholeNumber,
  cancelled: wholeNumber,
  batches: wholeNumber,
  queued: wholeNumber,
  running: wholeNumber,
  queueTimes: histogramSchema,
  preprocessTimes: histogramSchema,
  runTimes: histogramSchema,
  maxQueueMs: time,
  maxRunMs: time,
});

export const replySchema = z.object({
  id: wholeNumber,
  stats: statsSchema.nullable(),
  result: z.unknown().optional(),
  failure: z.object({ code: z.string().max(64), message: text }).optional(),
});

const ofLoading = ['ERR_MODEL_FORWARD', 'ERR_OUT_OF_MEMORY', 'ERR_UNSUPPORTED', 'ERR_INVALID_ARGUMENT'];
const ofRunning = ['ERR_QUEUE_FULL', 'ERR_ABORTED', 'ERR_TIMEOUT', 'ERR_DISPOSED', 'ERR_CLIP_DATA'];

/** Whether it may fail so. Before it is loaded nothing of the file has run, and it is believed. */
export function knownFailure(method: ModelMethod, code: string): boolean {
  if (method === 'open') return errorCodes.includes(code as ErrorCode);
  const more = method === 'load' ? ['ERR_MODEL_METADATA', 'ERR_MODEL_FORMAT'] : ofRunning;
  return [...ofLoading, ...more].includes(code);
}

const floats = z.instanceof(Float32Array);

const tensorSchema = z
  .object({ data: floats, shape: z.array(wholeNumber).max(8) })
  .refine(({ data, shape }) => shape.reduce((product, side) => product * side, 1) === data.length);

/** A result for each of `clips`, of a network of so many classes, with what was asked for. */
export function resultsSchema(wanted: {
  clips: number;
  classes: number;
  outputs: readonly NativeOutput[];
  topK: number;
}): z.ZodType<NativeResult[]> {
  const { clips, classes, outputs, topK } = wanted;
  const isLabel = (index: number) => index >= 0 && index < classes;
  const result = z
    .object({
      indices: z.instanceof(Int32Array).refine((indices) => indices.length <= topK && indices.every(isLabel)),
      scores: floats,
      outputs: z.object(Object.fromEntries(outputs.map((name) => [name, tensorSchema]))),
      map: z.object({ values: floats, label: z.int().refine(isLabel) }).nullable(),
      queueMs: time,
      runMs: time,
      batchSize: wholeNumber,
    })
    .refine(({ indices, scores }) => indices.length === scores.length);
  return z.array(result).length(clips) as z.ZodType<NativeResult[]>;
}

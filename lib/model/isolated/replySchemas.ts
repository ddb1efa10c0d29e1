import { z } from 'zod';
import type { NativeOutput, NativeResult, NativeStats } from '../../../binding';
import type { LoadedModel } from './messages';

/*
 * What a model's process may answer. It may have been taken over by the file that it runs: what does not fit these is not
 * looked at further.
 */

const wholeNumber = z.int().min(0);
const time = z.number().min(0);
const outputNames = ['logits', 'probabilities', 'embedding', 'features', 'reconstruction', 'target'] as const;
const text = z.string().max(10_000);

export const replySchema = z.object({
  id: wholeNumber,
  stats: z.unknown(),
  result: z.unknown().optional(),
  failure: z.object({ code: z.string().max(64), message: text }).optional(),
});

export const openedSchema = z.object({ metadata: z.string().nullable() });

export const loadedSchema: z.ZodType<LoadedModel> = z.object({
  devices: z.array(text).max(1),
  precision: text,
  outputs: z.array(z.enum(outputNames)).max(outputNames.length),
  output: text,
  warnings: z.array(text).max(100),
});

const histogramSchema = z
  .object({ bounds: z.array(time).max(1000), counts: z.array(wholeNumber).max(1001), sum: time, count: wholeNumber })
  .refine(({ bounds, counts }) => counts.length === bounds.length + 1);

export const statsSchema: z.ZodType<NativeStats> = z.object({
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

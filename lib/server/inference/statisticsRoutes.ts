import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { json, schemaOf } from '../http/openApi';
import type { ServedModel } from '../models/servedModel';
import type { ServerContext } from '../serverContext';
import { failures } from './failures';
import { type ModelParameters, modelPaths } from './modelPaths';

const count = z.int().min(0);
const duration = z.object({ count, ns: count });
const statistics = z.object({
  model_stats: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      last_inference: count.describe('milliseconds since 1970'),
      inference_count: count,
      execution_count: count,
      inference_stats: z.object({
        success: duration,
        fail: duration,
        cancelled: duration.describe("those of `fail` whose caller went away; not of Triton's"),
        queue: duration,
        compute_input: duration,
        compute_infer: duration,
        compute_output: duration,
        cache_hit: duration,
        cache_miss: duration,
      }),
      response_stats: z.object({}),
      batch_stats: z.array(
        z.object({ batch_size: count, compute_input: duration, compute_infer: duration, compute_output: duration }),
      ),
      memory_usage: z.array(z.object({})),
    }),
  ),
});

/** What each model has done. */
export function statisticsRoutes(app: FastifyInstance, { models }: ServerContext): void {
  const openApi = {
    summary: 'Statistics',
    tags: ['models'],
    responses: { 200: json('Since the server was started.', schemaOf(statistics)), ...failures(404) },
  };
  const answer = (served: readonly ServedModel[]): z.output<typeof statistics> => ({
    model_stats: served.map(statisticsOf),
  });
  app.get('/v2/models/stats', { config: { openApi } }, async () => answer(models.all));
  for (const path of modelPaths) {
    app.get<{ Params: ModelParameters }>(`${path}/stats`, { config: { openApi } }, async ({ params }) =>
      answer([models.get(params.model, params.version)]),
    );
  }
}

function statisticsOf({ name, version, statistics: counted }: ServedModel) {
  return {
    name,
    version: version ?? '',
    last_inference: counted.lastInference,
    inference_count: counted.inferences,
    execution_count: counted.executions,
    inference_stats: {
      success: counted.success,
      fail: counted.fail,
      cancelled: counted.cancelled,
      queue: counted.queue,
      compute_input: counted.input,
      compute_infer: counted.infer,
      compute_output: counted.output,
      cache_hit: counted.cacheHit,
      cache_miss: counted.cacheMiss,
    },
    response_stats: {},
    batch_stats: [...counted.batches]
      .sort(([a], [b]) => a - b)
      .map(([size, { clips, inputNs, inferNs, outputNs }]) => {
        const of = (ns: number) => ({ count: Math.round(clips / size), ns });
        return {
          batch_size: size,
          compute_input: of(inputNs),
          compute_infer: of(inferNs),
          compute_output: of(outputNs),
        };
      }),
    memory_usage: [],
  };
}

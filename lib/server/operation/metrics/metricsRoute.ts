import type { FastifyInstance } from 'fastify';
import { countDecoderDeaths, countDecoders } from '../../../video/decoderPool';
import type { ServerContext } from '../../serverContext';
import { expose, expositionType, type Metric } from './exposition';
import { HttpMetrics } from './httpMetrics';
import { modelMetrics } from './modelMetrics';
import { ProcessMetrics } from './processMetrics';

/** `GET /metrics`, for Prometheus. To be added before the routes whose requests it counts. */
export async function metricsRoute(app: FastifyInstance, context: ServerContext): Promise<void> {
  const { options, models } = context;
  const http = new HttpMetrics(app);
  const own = new ProcessMetrics();
  app.addHook('onClose', async () => own.stop());
  app.get('/metrics', { config: { isOpen: options.openMetrics } }, async (_request, reply) => {
    reply.type(expositionType);
    return expose([...modelMetrics(models.all), ...workMetrics(context), ...http.metrics(), ...own.metrics()]);
  });
}

function workMetrics({ videos, inWork, pending, answers }: ServerContext): Metric[] {
  const single = (type: 'gauge' | 'counter', name: string, help: string, value: number): Metric => ({
    name,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  return [
    single('gauge', 'kinetorch_requests_in_work', 'Requests that have no answer yet.', inWork.count),
    single('gauge', 'kinetorch_pending_bytes', 'Bodies of requests in memory.', pending.count),
    single('gauge', 'kinetorch_videos_in_work', 'Videos that come, wait or are decoded.', videos.inWork),
    single('gauge', 'kinetorch_decoders', 'Decoder processes.', countDecoders()),
    single(
      'counter',
      'kinetorch_decoder_deaths_total',
      'Decoder processes that died of a video.',
      countDecoderDeaths(),
    ),
    single('gauge', 'kinetorch_cache_bytes', 'Answers that are kept.', answers.bytes),
  ];
}

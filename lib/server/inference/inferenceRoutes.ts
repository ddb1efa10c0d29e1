import type { FastifyInstance } from 'fastify';
import { version } from '../../base/version';
import { openRoute } from '../http/openRoute';
import type { ServerContext } from '../serverContext';

/** The Open Inference Protocol, version 2, with Triton's extensions. */
export async function inferenceRoutes(app: FastifyInstance, { models, phase }: ServerContext): Promise<void> {
  app.get('/v2/health/live', openRoute, async () => ({ live: true }));
  app.get('/v2/health/ready', openRoute, async (_request, reply) => {
    const ready = phase.saysReady && models.isReady;
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get('/v2', async () => ({ name: 'kinetorch', version: version(), extensions: [] }));
}

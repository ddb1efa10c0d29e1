import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { version } from '../../base/version';
import { json, schemaOf } from '../http/openApi';
import type { ServerContext } from '../serverContext';

/** Of Triton's extensions of the protocol, those that are here. */
const extensions = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'model_repository(unload_dependents)',
  'parameters',
  'schedule_policy',
  'statistics',
];

const live = z.object({ live: z.boolean() });
const ready = z.object({ ready: z.boolean() });
const server = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });

const tags = ['server'];

/** Whether the server lives and is ready, and what it is. */
export function serverRoutes(app: FastifyInstance, { models, phase }: ServerContext): void {
  app.get(
    '/v2/health/live',
    {
      config: {
        isOpen: true,
        openApi: { summary: 'Liveness', tags, responses: { 200: json('It lives.', schemaOf(live)) } },
      },
    },
    async (): Promise<z.output<typeof live>> => ({ live: true }),
  );

  const readiness = {
    summary: 'Readiness',
    tags,
    responses: {
      200: json('Every model is loaded.', schemaOf(ready)),
      503: json('Not yet, or no more.', schemaOf(ready)),
    },
  };
  app.get('/v2/health/ready', { config: { isOpen: true, openApi: readiness } }, async (_request, reply) => {
    const answer: z.output<typeof ready> = { ready: phase.saysReady && models.isReady };
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });

  app.get(
    '/v2',
    { config: { openApi: { summary: 'Server', tags, responses: { 200: json('What it is.', schemaOf(server)) } } } },
    async (): Promise<z.output<typeof server>> => ({ name: 'kinetorch', version: version(), extensions }),
  );
}

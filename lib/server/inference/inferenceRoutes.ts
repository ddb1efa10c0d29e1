import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerContext } from '../serverContext';
import { inferRoute } from './inferRoute';
import { modelRoutes } from './modelRoutes';
import { repositoryRoutes } from './repositoryRoutes';
import { readBody } from './request/readBody';
import { serverRoutes } from './serverRoutes';
import { statisticsRoutes } from './statisticsRoutes';

/** The Open Inference Protocol, version 2, with Triton's extensions. */
export async function inferenceRoutes(app: FastifyInstance, context: ServerContext): Promise<void> {
  // What a body is, its length header says. Clients name all kinds of types, or, as Triton's, none.
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    delete raw.headers['content-type'];
    done();
  });
  app.addContentTypeParser('*', async (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, context.options.maxBodyBytes, context.memory),
  );
  serverRoutes(app, context);
  modelRoutes(app, context);
  statisticsRoutes(app, context);
  repositoryRoutes(app, context);
  inferRoute(app, context);
}

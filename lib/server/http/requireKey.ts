import type { FastifyInstance } from 'fastify';
import type { ApiKeys } from './apiKeys';
import { isOpen } from './openRoute';
import { HttpError } from './statusOf';

/** Turns away whoever has no key, before a byte of the body is read. Routes that are open are for all. */
export function requireKey(app: FastifyInstance, keys: ApiKeys): void {
  if (!keys.areAsked) return;
  app.addHook('onRequest', async (request, reply) => {
    if (isOpen(request) || request.record.holder !== null) return;
    reply.header('www-authenticate', 'Bearer realm="kinetorch"');
    throw new HttpError(
      401,
      'expected a key that this server knows, in the header `Authorization: Bearer …`',
      'UNAUTHORIZED',
    );
  });
}

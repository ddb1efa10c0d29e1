import type { FastifyInstance } from 'fastify';
import type { ApiKeys } from './apiKeys';

/** Finds out whose key a request has, where it has one that is known. */
export function knowCaller(app: FastifyInstance, keys: ApiKeys): void {
  if (!keys.areAsked) return;
  app.addHook('onRequest', async ({ headers, record }) => {
    record.holder = keys.holderOf(headers.authorization);
  });
}

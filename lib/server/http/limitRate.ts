import type { FastifyInstance } from 'fastify';
import { isOpen } from './openRoute';
import type { loadServerPackages } from './peers';
import { HttpError } from './statusOf';

export type RateLimit = Awaited<ReturnType<typeof loadServerPackages>>['rateLimit'];

/**
 * Bounds the requests a second of one caller, whom his key tells, else his address: who tries keys is bounded too, and uses up
 * nobody's rate but that of callers without one at his address.
 */
export async function limitRate(app: FastifyInstance, plugin: RateLimit, maxRate: number | undefined): Promise<void> {
  if (maxRate === undefined) return;
  await app.register(plugin, {
    // As a hook of its own below: the plugin's would come after the key was asked for, and not on paths without a route.
    global: false,
    max: maxRate,
    timeWindow: 1000,
    keyGenerator: (request) => request.record.caller,
    allowList: (request) => isOpen(request),
    errorResponseBuilder: () =>
      new HttpError(429, `expected at most ${maxRate} requests a second of one caller (maxRate)`, 'TOO_MANY_REQUESTS'),
  });
  app.addHook('onRequest', app.rateLimit());
}

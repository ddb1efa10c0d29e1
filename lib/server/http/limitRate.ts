import type { FastifyInstance } from 'fastify';
import { isOpen } from './openRoute';
import type { loadServerPackages } from './peers';
import { HttpError } from './statusOf';

export type RateLimit = Awaited<ReturnType<typeof loadServerPackages>>['rateLimit'];

/** Bounds the requests a second of one caller, whom his key tells, else his address. */
export async function limitRate(app: FastifyInstance, plugin: RateLimit, maxRate: number | undefined): Promise<void> {
  if (maxRate === undefined) return;
  await app.register(plugin, {
    max: maxRate,
    timeWindow: 1000,
    keyGenerator: (request) => request.record.caller,
    allowList: (request) => isOpen(request),
    errorResponseBuilder: () =>
      new HttpError(429, `expected at most ${maxRate} requests a second of one caller (maxRate)`, 'TOO_MANY_REQUESTS'),
  });
}

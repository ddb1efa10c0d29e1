import type { FastifyInstance, FastifyReply } from 'fastify';
import { isOpen } from '../http/openRoute';
import { pathOf } from '../http/unreadableUrl';

/**
 * A line for each request when it is over: what it asked for, who it was, and where its time went. Neither bodies nor keys,
 * nor what stands behind a path's `?`. Probes of health come every few seconds and are told at `debug`.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.whenOver.push((request, reply) => {
    const { record } = request;
    const line = {
      method: request.method,
      path: pathOf(request),
      status: statusOfAnswer(reply),
      ms: rounded(performance.now() - record.beganAt),
      model: record.model,
      receiveMs: rounded(record.msOf('receive')),
      queueMs: rounded(record.msOf('queue')),
      decodeMs: rounded(record.msOf('decode')),
      runMs: rounded(record.msOf('run')),
      isCached: record.isCached || undefined,
      bytesIn: record.bytesIn,
      bytesOut: record.bytesOut,
      caller: record.caller,
    };
    if (isOpen(request)) request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  });
}

/** 499 where the caller went away first. */
export const statusOfAnswer = (reply: FastifyReply) => (reply.raw.writableFinished ? reply.statusCode : 499);

const rounded = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 100) / 100);

import type { FastifyInstance } from 'fastify';
import type { FilledServerOptions } from '../options';
import { hasBody } from './hasBody';
import type { PendingBytes } from './pendingBytes';
import { HttpError } from './statusOf';

/**
 * Refuses a body before it is read where it is too large, or where there is no room for it beside the others. What comes in
 * chunks, or packed, counts as the largest there may be until it has come.
 */
export function boundBodies(app: FastifyInstance, { maxBodyBytes }: FilledServerOptions, pending: PendingBytes): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Of a route that sees to it itself nothing is held.
    if (request.routeOptions.config?.seesToBody || !hasBody(request)) return done();
    const said = Number(request.headers['content-length']);
    if (said > maxBodyBytes) {
      return done(
        new HttpError(
          413,
          `expected a body of at most ${maxBodyBytes} bytes (maxBodyBytes) but received ${said}`,
          'TOO_LARGE',
        ),
      );
    }
    const isSure = !Number.isNaN(said) && request.headers['content-encoding'] === undefined;
    try {
      const place = pending.enter(isSure ? said : maxBodyBytes);
      request.pendingBody = place;
      reply.raw.once('close', () => place.leave());
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('preHandler', (request, _reply, done) => {
    if (Buffer.isBuffer(request.body)) request.pendingBody?.resize(request.body.length);
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Its room among the bodies that are held. */
    pendingBody?: import('./pendingBytes').PendingBody;
  }
}

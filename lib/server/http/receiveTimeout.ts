import type { FastifyInstance } from 'fastify';
import { answerError } from './answerErrors';
import { hasBody } from './hasBody';
import { HttpError } from './statusOf';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a route sees to it itself that its body comes, as those of videos do, which may come for hours. */
    seesToBody?: boolean;
  }
}

/** Answers 408 where a whole request has not come in time. Node's own timer would end long uploads of videos as well. */
export function limitReceiveTime(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (!hasBody(request) || request.routeOptions.config?.seesToBody) return done();
    const late = () => {
      // Whole, but read by nobody; or answered already, perhaps by what still goes on.
      if (raw.complete || reply.raw.headersSent) return;
      answerError(
        new HttpError(408, `expected the whole request within ${timeoutMs} ms (receiveTimeoutMs)`, 'TOO_SLOW'),
        request,
        reply,
      );
    };
    const timer = setTimeout(late, timeoutMs).unref();
    for (const event of ['end', 'close'] as const) raw.once(event, () => clearTimeout(timer));
    done();
  });
}

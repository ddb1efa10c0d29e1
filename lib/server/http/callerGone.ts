import type { FastifyReply } from 'fastify';
import { onAbort } from '../../base/abort';
import { KinetorchError } from '../../base/errors';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server ends and gives up what is still under way. */
    givenUp: AbortSignal;
  }
}

/**
 * A signal that aborts when whoever asked goes away before the answer is whole, or the server gives the work up. It is the
 * response's connection that tells: Fastify's `request.signal` aborts as soon as a body was read, and no event of the
 * request comes after that.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { givenUp } = reply.server;
  const forget = onAbort(givenUp, () => controller.abort(givenUp.reason));
  reply.raw.once('close', () => {
    forget();
    if (!reply.raw.writableFinished) controller.abort(new KinetorchError('ERR_ABORTED', 'the caller went away'));
  });
  return controller.signal;
}

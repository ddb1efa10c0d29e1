import type { FastifyReply } from 'fastify';
import { onAbort } from '../../base/abort';
import { KinetorchError } from '../../base/errors';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server ends and gives up what is still under way. */
    givenUp: AbortSignal;
  }
}

/** Made once: every request has a signal, and the stack that an error takes down costs more than the rest of it. */
const gone = new KinetorchError('ERR_ABORTED', 'the caller went away');

/**
 * A signal that aborts when nobody waits for an answer any more, because it is out or whoever asked has gone away, and when
 * the server gives the work up. It is the response's connection that tells: Fastify's `request.signal` aborts as soon as a
 * body was read, and no event of the request comes after that. That an answer is out ends its work as well: of `HEAD` nobody
 * reads it.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { givenUp } = reply.server;
  const forget = onAbort(givenUp, () => controller.abort(givenUp.reason));
  const over = () => {
    forget();
    controller.abort(gone);
  };
  // Whoever hung up while his body was unpacked.
  if (reply.raw.destroyed) over();
  else reply.raw.once('close', over);
  return controller.signal;
}

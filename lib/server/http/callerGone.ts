import type { FastifyReply } from 'fastify';
import { KinetorchError } from '../../base/errors';

/**
 * A signal that aborts when whoever asked goes away before the answer is whole. It is the response's connection that tells:
 * Fastify's `request.signal` aborts as soon as a body was read, and no event of the request comes after that.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new KinetorchError('ERR_ABORTED', 'the caller went away'));
  });
  return controller.signal;
}

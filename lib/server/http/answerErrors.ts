import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readOn } from './readOn';
import { HttpError, statusOf } from './statusOf';
import { isUnreadable, pathOf } from './unreadableUrl';

/** Seconds after which whoever was turned away may try again. */
const retryAfter = '1';

/**
 * Every failure is one JSON document. Under `/v2` it is that of the Open Inference Protocol, `{"error": "…"}`; elsewhere
 * `{"error": {"code", "message"}}`. Of a fault of the server's own only that it was one is told, and the log has the rest.
 */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => answerError(notFound(request), request, reply));
}

function notFound(request: FastifyRequest): HttpError {
  const received = `received ${request.method} ${pathOf(request)}`;
  return isUnreadable(request)
    ? new HttpError(400, `expected a path of text, with all else as %XX, but ${received}`, 'BAD_REQUEST')
    : new HttpError(404, `expected the path of an endpoint but ${received}`, 'NOT_FOUND');
}

export function answerError(error: Error & { code?: string }, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error);
  const { code, message } = shownError(error, request);
  if (status === 503 || status === 429) reply.header('retry-after', retryAfter);
  // Fastify would close the connection, and whoever still sends might then never see the answer.
  reply.removeHeader('connection');
  readOn(request.raw);
  reply.code(status).type('application/json; charset=utf-8');
  reply.send(pathOf(request).startsWith('/v2') ? { error: message } : { error: { code, message } });
}

/** What a caller is told of an error. */
export function shownError(
  error: Error & { code?: string },
  request: FastifyRequest,
): { code: string; message: string } {
  const status = statusOf(error);
  if (status === 500) request.log.error({ err: error }, 'fault');
  const message = status === 500 ? 'internal error; the log has its reason' : error.message;
  return { code: error.code ?? 'ERR_INTERNAL', message };
}

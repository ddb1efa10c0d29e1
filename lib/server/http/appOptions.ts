import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import type { FilledServerOptions } from '../options';
import { clientError } from './clientError';
import type { loadServerPackages } from './peers';

type Fastify = Awaited<ReturnType<typeof loadServerPackages>>['fastify'];

/** As callers may name their requests. */
const requestId = /^[\w.:/+=-]{1,128}$/;

/** How the app takes requests: its limits, and its log. */
export function appOptions(
  { maxBodyBytes, receiveTimeoutMs, logLevel }: FilledServerOptions,
  { LogController }: Fastify,
): FastifyHttpOptions<Server> {
  return {
    logger: logLevel === 'silent' ? false : loggerOptions(logLevel),
    // Of a request there is one line, when it is answered.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'id' }),
    requestIdHeader: false,
    genReqId: idOf,
    bodyLimit: maxBodyBytes,
    // Of the head; bodies have timers of their own, by their routes.
    requestTimeout: 0,
    http: {
      headersTimeout: receiveTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, Math.ceil(receiveTimeoutMs / 2)),
      maxHeaderSize: 16_384,
    },
    clientErrorHandler: clientError,
    // As long as a model's name.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 128 },
  };
}

function loggerOptions(level: string) {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
}

/** The caller's own name for it, where he gave a sensible one, so that it can be followed from one service to the next. */
function idOf({ headers }: IncomingMessage): string {
  const said = headers['x-request-id'];
  return typeof said === 'string' && requestId.test(said) ? said : randomUUID();
}

import type { Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import type { FilledServerOptions } from '../options';
import { clientError } from './clientError';
import type { loadServerPackages } from './peers';
import { idOf } from './requestId';
import { routeUnreadable } from './unreadableUrl';

type Fastify = Awaited<ReturnType<typeof loadServerPackages>>['fastify'];

/** Of the head of a request, in bytes. */
const maxHeadBytes = 16_384;

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
      maxHeaderSize: maxHeadBytes,
      requireHostHeader: false,
    },
    clientErrorHandler: clientError,
    frameworkErrors: routeUnreadable,
    // A name that is too long for a model is one that is not there.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxHeadBytes },
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

import type { FastifyInstance, HTTPMethods } from 'fastify';
import type { Routes } from './openApi';
import { routeName } from './routeName';
import { HttpError } from './statusOf';

/** Answers 405 for methods that a path, of those that were added so far, does not have; Fastify itself says 404. */
export function refuseOtherMethods(app: FastifyInstance, routes: Routes): void {
  const paths = [...routes].map(([url, methods]) => ({ url, allowed: [...methods.keys()] }));
  for (const { url, allowed } of paths) {
    app.route({
      method: (app.supportedMethods as HTTPMethods[]).filter((method) => !allowed.includes(method)),
      url,
      // Before a body is read, which nobody asked for.
      onRequest: async (request, reply) => {
        reply.header('allow', allowed.join(', '));
        throw new HttpError(
          405,
          `expected ${allowed.join(' or ')} of ${routeName(url)} but received ${request.method}`,
          'METHOD_NOT_ALLOWED',
        );
      },
      handler: () => {},
    });
  }
}

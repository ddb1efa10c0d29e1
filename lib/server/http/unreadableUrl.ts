import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** Where no route is. */
const nowhere = '/%00';

/**
 * Routes a request whose path the router cannot read to where no route is: there it is counted, asked for its key and logged as
 * any other, before it is answered. Fastify would answer it past all that, in a form of its own.
 */
export function routeUnreadable(_: FastifyError, { raw, server }: FastifyRequest, reply: FastifyReply): void {
  const { url } = raw;
  raw.url = nowhere;
  // What Fastify calls it by.
  Object.assign(raw, { originalUrl: url });
  server.routing(raw, reply.raw);
}

/** Whether the router could not read the path of this one. */
export const isUnreadable = ({ url, originalUrl }: FastifyRequest): boolean => url === nowhere && originalUrl !== url;

/** The path as it came, without what stands behind the `?`. */
export const pathOf = ({ originalUrl }: FastifyRequest): string => originalUrl.split('?', 1)[0] as string;

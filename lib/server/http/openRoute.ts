import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** No key is asked for, no rate counted, and it is answered until the very end: health, and the page's own files. */
    isOpen?: boolean;
  }
}

/** Options of a route that everybody may call at any time. */
export const openRoute = { config: { isOpen: true } } as const;

export const isOpen = (request: FastifyRequest): boolean => request.routeOptions.config?.isOpen === true;

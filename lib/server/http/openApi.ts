import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { version } from '../../base/version';
import { routeName } from './routeName';

/** An operation of OpenAPI 3.1, as its document has it; parameters of the path are filled in. */
export interface Operation {
  summary: string;
  description?: string;
  tags?: string[];
  parameters?: object[];
  requestBody?: object;
  responses: Record<string, object>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What `/openapi.json` says of the route. */
    openApi?: Operation;
  }
}

/** Routes as they were added: the methods of each path, and what is said of them. */
export type Routes = Map<string, Map<string, Operation | undefined>>;

/**
 * Writes down every route that is added from now on, and serves what those with an `openApi` in their `config` say as one
 * document.
 */
export function describeRoutes(app: FastifyInstance): Routes {
  const routes: Routes = new Map();
  app.addHook('onRoute', ({ url, method, config }) => {
    const methods = routes.get(url) ?? new Map<string, Operation | undefined>();
    routes.set(url, methods);
    for (const one of [method].flat()) methods.set(one, config?.openApi);
  });
  let document: object | null = null;
  app.get('/openapi.json', async () => {
    document ??= documentOf(routes);
    return document;
  });
  return routes;
}

/** A schema as the document has it. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** A response or a request's body of JSON. */
export const json = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Two colons are one of the path itself. */
const parameter = /(?<!:):(\w+)/g;

function documentOf(routes: Routes): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [url, methods] of routes) {
    const parameters = [...url.matchAll(parameter)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', minLength: 1 },
    }));
    for (const [method, operation] of methods) {
      if (operation === undefined || method === 'HEAD') continue;
      const path = routeName(url.replace(parameter, '{$1}'));
      paths[path] ??= {};
      paths[path][method.toLowerCase()] = {
        ...operation,
        parameters: [...parameters, ...(operation.parameters ?? [])],
      };
    }
  }
  return { openapi: '3.1.0', info: { title: 'Kinetorch', version: version() }, paths };
}

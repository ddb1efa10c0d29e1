import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { KinetorchError } from '../../base/errors';
import { trueOrFalse } from '../../base/schemas';
import { parse } from '../../base/validation';
import { json, schemaOf } from '../http/openApi';
import { HttpError } from '../http/statusOf';
import type { ServerContext } from '../serverContext';
import { failures } from './failures';
import { readJson } from './request/json';

const indexRequest = z.object({ ready: trueOrFalse.optional() }, { error: 'an object' });
const index = z.array(
  z.object({
    name: z.string(),
    version: z.string().optional(),
    state: z.enum(['READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING']),
    reason: z.string(),
  }),
);
const value = z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' });
const controlRequest = z.object(
  { parameters: z.record(z.string(), value, { error: 'an object' }).optional() },
  { error: 'an object' },
);
const loaded = z.object({ name: z.string(), load: z.boolean() });
const unloaded = z.object({ name: z.string(), unload: z.boolean() });

const tags = ['repository'];
const body = (schema: z.ZodType) => ({
  required: false,
  content: { 'application/json': { schema: schemaOf(schema, 'input') } },
});

/** The models that the server knows; loading and unloading where `modelControl` allows it. */
export function repositoryRoutes(app: FastifyInstance, { models, options }: ServerContext): void {
  const indexApi = {
    summary: 'Index',
    tags,
    requestBody: body(indexRequest),
    responses: { 200: json('Models and their states.', schemaOf(index)), ...failures(400, 413, 415) },
  };
  app.post(
    '/v2/repository/index',
    { config: { openApi: indexApi } },
    async (request): Promise<z.output<typeof index>> => {
      const { ready: onlyReady = false } = parse(indexRequest, readJson(request.body), 'request');
      return models.all
        .filter(({ isReady }) => isReady || !onlyReady)
        .map(({ name, version, state, reason }) => ({ name, ...(version !== null && { version }), state, reason }));
    },
  );

  const control = (summary: string, answer: z.ZodType) => ({
    config: {
      openApi: {
        summary,
        tags,
        requestBody: body(controlRequest),
        responses: { 200: json('Done.', schemaOf(answer)), ...failures(400, 403, 404, 413, 415, 501) },
      },
    },
    onRequest: async () => {
      if (options.modelControl) return;
      throw new HttpError(
        403,
        'expected a server that lets callers load models, by modelControl, but this one does not',
        'FORBIDDEN',
      );
    },
  });

  app.post<{ Params: { model: string } }>(
    '/v2/repository/models/:model/load',
    control('Load', loaded),
    async ({ params, body, log }): Promise<z.output<typeof loaded>> => {
      const [parameter] = Object.keys(parse(controlRequest, readJson(body), 'request').parameters ?? {});
      if (parameter !== undefined) {
        throw new HttpError(
          501,
          `expected a model to be loaded as its file and the server's options say but received the parameter '${parameter}'`,
          'UNSUPPORTED',
        );
      }
      await models.load(params.model).catch((error: unknown) => {
        if (!(error instanceof KinetorchError)) throw error;
        // Of the model's file or the machine, which whoever loads it has to know.
        throw new HttpError(400, `failed to load '${params.model}': ${error.message}`, error.code);
      });
      log.info({ model: params.model }, 'model loaded');
      return { name: params.model, load: true };
    },
  );

  app.post<{ Params: { model: string } }>(
    '/v2/repository/models/:model/unload',
    control('Unload', unloaded),
    async ({ params, body, log }): Promise<z.output<typeof unloaded>> => {
      // `unload_dependents`: there are none.
      parse(controlRequest, readJson(body), 'request');
      await models.unload(params.model);
      log.info({ model: params.model }, 'model unloaded');
      return { name: params.model, unload: true };
    },
  );
}

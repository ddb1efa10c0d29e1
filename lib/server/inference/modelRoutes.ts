import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { json, schemaOf } from '../http/openApi';
import type { ServerContext } from '../serverContext';
import { failures } from './failures';
import { modelConfig } from './modelConfig';
import { type ModelParameters, modelPaths } from './modelPaths';
import { signatureOf } from './signature';

const list = z.object({ models: z.array(z.string()) });
const ready = z.object({ name: z.string(), ready: z.boolean() });
const tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int().min(-1)) });
const metadata = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
  properties: z.record(z.string(), z.string()),
});

const tags = ['models'];

/** Which models there are, and what each is. */
export function modelRoutes(app: FastifyInstance, { models, options }: ServerContext): void {
  app.get(
    '/v2/models',
    { config: { openApi: { summary: 'Models', tags, responses: { 200: json('Their names.', schemaOf(list)) } } } },
    async (): Promise<z.output<typeof list>> => ({ models: models.all.map(({ name }) => name) }),
  );

  const about = (summary: string, schema: z.ZodType) => ({
    config: {
      openApi: { summary, tags, responses: { 200: json(`${summary}.`, schemaOf(schema)), ...failures(404, 503) } },
    },
  });
  for (const path of modelPaths) {
    app.get<{ Params: ModelParameters }>(
      path,
      about('Metadata', metadata),
      async ({ params }): Promise<z.output<typeof metadata>> => {
        const served = models.get(params.model, params.version);
        return served.use(async (model, version) => {
          const { inputs, outputs } = signatureOf(model);
          return {
            name: served.name,
            versions: [version],
            platform: model.architecture === 'ensemble' ? 'ensemble' : 'pytorch_torchscript',
            inputs,
            outputs,
            properties: {
              task: model.metadata.task,
              architecture: model.architecture,
              device: model.device,
              precision: model.precision,
              inputs: 'one of them a request',
            },
          };
        });
      },
    );

    const readiness = {
      summary: 'Readiness of a model',
      tags,
      responses: {
        200: json('It is loaded.', schemaOf(ready)),
        ...failures(404),
        503: json('It is not.', schemaOf(ready)),
      },
    };
    app.get<{ Params: ModelParameters }>(
      `${path}/ready`,
      { config: { openApi: readiness } },
      async ({ params }, reply) => {
        const { name, isReady } = models.get(params.model, params.version);
        const answer: z.output<typeof ready> = { name, ready: isReady };
        return reply.code(isReady ? 200 : 503).send(answer);
      },
    );

    app.get<{ Params: ModelParameters }>(
      `${path}/config`,
      about('Configuration', z.looseObject({ name: z.string(), platform: z.string() })),
      async ({ params }) => {
        const served = models.get(params.model, params.version);
        return served.use(async (model) => modelConfig(served.name, model, options));
      },
    );
  }
}

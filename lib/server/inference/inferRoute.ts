import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { throwIfAborted } from '../../base/abort';
import { callerGone } from '../http/callerGone';
import { schemaOf } from '../http/openApi';
import type { ServedModel } from '../models/servedModel';
import type { ServerContext } from '../serverContext';
import { outputTensor } from './answer/outputTensor';
import { packed } from './answer/packed';
import { networkOutputs, wantedOutputs } from './answer/wantedOutputs';
import { type Answer, writeAnswer } from './answer/writeAnswer';
import { failures } from './failures';
import { keptOrRun } from './keptOrRun';
import { type ModelParameters, modelPaths } from './modelPaths';
import { inferRequestSchema, readInferRequest } from './request/inferRequest';
import { readInput } from './request/readInput';
import { signatureOf } from './signature';

const answerSchema = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.enum(['FP32', 'BYTES']),
      shape: z.array(z.int().min(0)),
      parameters: z.object({ binary_data_size: z.int().min(0) }).optional(),
      data: z.array(z.union([z.number(), z.string()])).optional(),
    }),
  ),
});

const lengthHeader = 'inference-header-content-length';

const binary = { schema: { type: 'string', format: 'binary' } };

/** The smallest clip there is: one frame of two by two pixels. */
const example = {
  id: '1',
  inputs: [
    { name: 'frames', datatype: 'UINT8', shape: [1, 2, 2, 3], data: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9] },
  ],
  outputs: [{ name: 'labels', parameters: { top_k: 1 } }],
};

const openApi = {
  summary: 'Inference',
  description:
    'One input of `frames`, `tensor` and `video`, as JSON; as JSON and, after it, binary tensors, with the header ' +
    'Inference-Header-Content-Length; or, where that is 0, an encoded video alone.',
  tags: ['inference'],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: schemaOf(inferRequestSchema, 'input'), example },
      'application/octet-stream': binary,
    },
  },
  responses: {
    200: {
      description: 'The outputs; where some are binary, after the JSON.',
      content: { 'application/json': { schema: schemaOf(answerSchema) }, 'application/octet-stream': binary },
    },
    ...failures(400, 404, 413, 415, 422, 503),
  },
};

/** `POST …/infer`. */
export function inferRoute(app: FastifyInstance, context: ServerContext): void {
  for (const path of modelPaths) {
    app.post<{ Params: ModelParameters }>(`${path}/infer`, { config: { openApi } }, (request, reply) =>
      answerInfer(context, request, reply),
    );
  }
}

async function answerInfer(
  context: ServerContext,
  request: FastifyRequest<{ Params: ModelParameters }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { model, version } = request.params;
  const served = context.models.get(model, version);
  request.record.model = model;
  const began = performance.now();
  let answer: Answer;
  try {
    answer = await infer(served, context, request, callerGone(reply));
  } catch (error) {
    served.statistics.failed(error, performance.now() - began);
    throw error;
  }
  if (answer.jsonBytes !== null) reply.header('Inference-Header-Content-Length', answer.jsonBytes);
  const { body, encoding } = await packed(answer.body, request.headers['accept-encoding']);
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  reply.type(answer.jsonBytes === null ? 'application/json; charset=utf-8' : 'application/octet-stream');
  return reply.send(body);
}

/** All of it with one network, whatever takes over meanwhile. */
function infer(
  served: ServedModel,
  { options, answers, videos, memory }: ServerContext,
  { body, headers, record }: FastifyRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return served.use(async (model, version) => {
    throwIfAborted(signal);
    const began = performance.now();
    const bytes = (body as Buffer<ArrayBuffer> | undefined) ?? Buffer.alloc(0);
    const request = await readInferRequest(bytes, headers[lengthHeader] as string);
    const signature = signatureOf(model);
    const limits = { maxBytes: options.maxBodyBytes, maxClips: options.maxQueue };
    const input = await readInput(request, signature, limits);
    const wanted = wantedOutputs(request, signature, input.kind, model.labels.length);
    const timeoutMs = Math.min(options.queueTimeoutMs, request.timeoutMs ?? Number.POSITIVE_INFINITY);
    const place = { priority: request.priority, timeoutMs, signal, record };
    const inputMs = performance.now() - began;

    const leave = input.kind === 'video' ? videos.enter() : () => {};
    const { rows, clips, isKept } = await keptOrRun(
      answers,
      served,
      model,
      input,
      networkOutputs(wanted),
      place,
    ).finally(leave);
    record.isCached = isKept;

    const ran = performance.now();
    const head = {
      model_name: served.name,
      model_version: version,
      ...(request.id !== undefined && { id: request.id }),
    };
    const answer = await writeAnswer(
      head,
      wanted.map((output) => outputTensor(output, rows, model.labels)),
    );
    const ended = performance.now();
    served.statistics.succeeded({ clips, inputMs, outputMs: ended - ran, totalMs: ended - began });
    // Of what went wrong, of videos and of networks in processes of their own somebody may still be reading.
    if (input.kind !== 'video' && !options.isolate) memory.give(bytes);
    return answer;
  });
}

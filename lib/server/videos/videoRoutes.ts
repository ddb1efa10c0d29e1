import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { onAbort } from '../../base/abort';
import type { VideoModel } from '../../model/videoModel';
import { answerEvents, eventFormOf, type ServerEvent } from '../http/answerEvents';
import { callerGone } from '../http/callerGone';
import { tellToGoOn } from '../http/continueWhenWanted';
import { loadServerPackages } from '../http/peers';
import type { FilledServerOptions } from '../options';
import type { ServerContext } from '../serverContext';
import { answerDocument } from './answerDocument';
import { chooseModel } from './chooseModel';
import { classifyCall } from './classifyCall';
import { countVideo } from './countVideo';
import { describeCall } from './describeCall';
import { embedCall } from './embedCall';
import { explainCall } from './explainCall';
import { keptEvents } from './keptEvents';
import { listModels } from './listModels';
import { type Fields, readFields } from './readFields';
import { isWhole, receiveVideo, requireStatedSize } from './receiveVideo';
import type { VideoCall } from './videoCall';

/** For the document, which is of any model. */
const anyModel = { labels: Array<string>(1_000_000) };

/** Videos in, and what is seen in them out. */
export async function videoRoutes(app: FastifyInstance, context: ServerContext): Promise<void> {
  const { multipart } = await loadServerPackages();
  // Bodies are read by the handlers, as they come.
  app.removeAllContentTypeParsers();
  await app.register(multipart, { throwFileSizeLimit: false });
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.get('/v1/models', async () => ({ models: listModels(context.models) }));
  // In a path a colon is written twice.
  for (const [path, call, summary] of [
    ['/v1/videos::classify', classifyCall, 'What happens in a video'],
    ['/v1/videos::embed', embedCall, 'Vectors of a video, for search and clustering'],
    ['/v1/videos::explain', explainCall, 'Where the model looks at one moment'],
  ] as const) {
    const onRequest = async (request: FastifyRequest) => requireStatedSize(request, context.options);
    const config = { seesToBody: true, openApi: describeCall(summary, call.optionsOf(anyModel)) };
    app.post(path, { config, onRequest }, async (request, reply) =>
      answer(request, reply, eventsOf(request, reply, call as VideoCall<z.ZodRawShape>, context), context.options),
    );
  }
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncGenerator<ServerEvent, void>,
  { maxBodyBytes, sendTimeoutMs }: FilledServerOptions,
): Promise<FastifyReply> {
  const form = eventFormOf(request);
  return form === 'document'
    ? answerDocument(reply, events, maxBodyBytes)
    : answerEvents(request, reply, form, events, sendTimeoutMs);
}

/** A call, from its admission to its end. */
async function* eventsOf(
  request: FastifyRequest,
  reply: FastifyReply,
  call: VideoCall<z.ZodRawShape>,
  { models, options, videos, answers }: ServerContext,
): AsyncGenerator<ServerEvent, void> {
  const { record } = request;
  const signal = callerGone(reply);
  const leave = videos.enter();
  // Of a caller that goes away the place is free at once; what is left of its video goes a moment later.
  const forget = onAbort(signal, leave);
  try {
    // What is wrong with the options is told before the video has come, where they do not come with it.
    if (isWhole(request)) planOf(request.query as Fields);
    tellToGoOn(request, reply);
    const beganAt = performance.now();
    const hash = answers.isOn ? createHash('sha256') : null;
    const { video, fields } = await receiveVideo(request, options, {
      signal,
      onFields: planOf,
      onChunk: (chunk) => hash?.update(chunk),
    });
    record.step('receive', beganAt);
    await using _closed = video;
    const { served, own } = planOf(fields);
    const { statistics } = served;
    const told = served.useWhile(async function* (model, version) {
      const about = { model: served.name, version };
      const { run, filled } = prepared(model, own);
      // Its name is told, too.
      const asked = [request.routeOptions.url as string, JSON.stringify(filled), video.name];
      const key = hash === null ? null : await answers.keyOf(model, [...asked, hash.digest()]);
      const events = keptEvents(answers, key, { record, statistics }, () => run(video, signal, served.timesOf(record)));
      for await (const { name, data } of events) {
        yield { name, data: name === 'done' ? { ...about, ...data } : data };
      }
    });
    yield* countVideo(statistics, record, told);
  } finally {
    forget();
    leave();
  }

  function planOf({ model, ...own }: Fields) {
    const served = chooseModel(models, model);
    record.model = served.name;
    prepared(served.model, own);
    return { served, own };
  }

  function prepared(model: VideoModel, fields: Fields) {
    const filled = readFields(call.optionsOf(model), fields);
    return { filled, run: call.prepare(model, filled) };
  }
}

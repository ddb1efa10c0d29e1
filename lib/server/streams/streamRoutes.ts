import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { onAbort } from '../../base/abort';
import { classifyVideoOptions, cropsSchema } from '../../model/classifyOptions';
import { watchStream } from '../../model/watchStream';
import { type LiveSource, liveSource } from '../../video/live/liveSource';
import { answerEvents, eventFormOf, type ServerEvent } from '../http/answerEvents';
import { callerGone } from '../http/callerGone';
import { HttpError } from '../http/statusOf';
import type { ServerContext } from '../serverContext';
import { chooseModel } from '../videos/chooseModel';
import { type Fields, readFields } from '../videos/readFields';
import { timelineOptions } from '../videos/timelineOptions';

/** Cameras and streams that the operator has named: what happens in them, as it happens. Callers give no addresses. */
export async function streamRoutes(app: FastifyInstance, context: ServerContext): Promise<void> {
  // Callers are shown the name in place of the address, which has passwords in all of its parts.
  const addresses = Object.entries(context.options.streams ?? {});
  const streams = new Map(addresses.map(([name, address]) => [name, liveSource(address, name)]));
  app.get('/v1/streams', async () => ({ streams: [...streams.keys()].map((name) => ({ name })) }));
  // `HEAD` would open the stream to show nothing of it.
  const config = { exposeHeadRoute: false };
  app.get<{ Params: { name: string } }>('/v1/streams/:name', config, async (request, reply) => {
    const { name } = request.params;
    const source = streams.get(name);
    if (source === undefined) {
      const known = [...streams.keys()].join(', ') || 'none are set up';
      throw new HttpError(404, `expected the name of a stream (${known}) but received '${name}'`, 'NOT_FOUND');
    }
    const form = eventFormOf(request) === 'sse' ? 'sse' : 'ndjson';
    const events = watched(request, reply, source, context);
    return answerEvents(request, reply, form, events, context.options.sendTimeoutMs);
  });
}

/** Until the caller goes away, or the server ends. Each caller has a process of the stream, and takes a video's place. */
async function* watched(
  request: FastifyRequest,
  reply: FastifyReply,
  source: LiveSource,
  { models, videos, phase }: ServerContext,
): AsyncGenerator<ServerEvent, void> {
  // It would never end by itself.
  const signal = AbortSignal.any([callerGone(reply), phase.ends]);
  const { model, ...fields } = request.query as Fields;
  const served = chooseModel(models, model);
  request.record.model = served.name;
  const leave = videos.enter();
  const forget = onAbort(signal, leave);
  try {
    yield* served.useWhile(async function* ({ classifier }) {
      const { windowSeconds, strideSeconds } = timelineOptions;
      const { topK } = classifyVideoOptions(classifier.labels.length);
      const options = readFields({ windowSeconds, strideSeconds, topK, crops: cropsSchema }, fields);
      for await (const event of watchStream(classifier, source, { ...options, signal })) {
        yield { name: 'segment' in event ? 'segment' : 'notice', data: event };
      }
    });
  } finally {
    forget();
    leave();
  }
}

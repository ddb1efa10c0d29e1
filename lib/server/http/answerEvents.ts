import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { shownError } from './answerErrors';

/** How a caller wants what comes piece by piece. */
export type EventForm = 'document' | 'ndjson' | 'sse';

/** An event's name, for who listens to those, and what is told of it. */
export interface ServerEvent {
  name: string;
  data: object;
}

/** Connections on which nothing comes for longer are closed by what lies between. */
export const heartbeat = { everyMs: 15_000 };

const types: Record<EventForm, string> = {
  document: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  sse: 'text/event-stream; charset=utf-8',
};

/** By the `Accept` of a request: NDJSON, server-sent events, else one document. */
export function eventFormOf({ headers }: FastifyRequest): EventForm {
  const accept = headers.accept ?? '';
  if (/\btext\/event-stream\b/i.test(accept)) return 'sse';
  return /\bapplication\/(x-)?ndjson\b/i.test(accept) ? 'ndjson' : 'document';
}

/**
 * Answers with events as they come, no faster than they are read; of who reads none for so long the connection is closed. What
 * fails before the first is an answer of its own, with its status; what fails later is an event, `failed`, and the last one.
 */
export async function answerEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  form: Exclude<EventForm, 'document'>,
  events: AsyncGenerator<ServerEvent, void>,
  sendTimeoutMs: number,
): Promise<FastifyReply> {
  const first = await events.next();
  const toLine = form === 'sse' ? eventText : jsonText;
  const lines = linesOf(request, first, events, form === 'sse');
  async function* texts() {
    for await (const event of lines) {
      // The next is asked for as soon as there is room for it. A connection is busy, too, with what its caller still sends.
      const late = setTimeout(() => reply.raw.destroy(), sendTimeoutMs).unref();
      try {
        yield event === null ? ':\n\n' : toLine(event);
      } finally {
        clearTimeout(late);
      }
    }
  }
  // Proxies are not to gather it.
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type(types[form]);
  return reply.send(Readable.from(texts(), { objectMode: false }));
}

/** The events, what went wrong as the last of them; null where nothing has come for a while. */
async function* linesOf(
  request: FastifyRequest,
  first: IteratorResult<ServerEvent, void>,
  events: AsyncGenerator<ServerEvent, void>,
  withHeartbeat: boolean,
): AsyncGenerator<ServerEvent | null, void> {
  try {
    let result = first;
    while (!result.done) {
      yield result.value;
      const next = events.next();
      while (withHeartbeat && (await isLate(next))) yield null;
      result = await next;
    }
  } catch (error) {
    yield { name: 'failed', data: { error: shownError(error as Error, request) } };
  } finally {
    await events.return();
  }
}

/** Whether nothing came for the time of a heartbeat. */
async function isLate(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), heartbeat.everyMs);
  });
  const come = next.then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([come, late]);
  } finally {
    clearTimeout(timer);
  }
}

const jsonText = ({ data }: ServerEvent) => `${JSON.stringify(data)}\n`;

const eventText = ({ name, data }: ServerEvent) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

import type { FastifyReply } from 'fastify';
import type { ServerEvent } from '../http/answerEvents';
import { HttpError } from '../http/statusOf';

/**
 * Answers with all segments, and what is told in the end, in one document. Until then it is gathered as text, which takes
 * about as much memory as it will have bytes. Throws 413 where it would have more than `maxBytes`.
 */
export async function answerDocument(
  reply: FastifyReply,
  events: AsyncGenerator<ServerEvent, void>,
  maxBytes: number,
): Promise<FastifyReply> {
  const segments: string[] = [];
  let last = '{}';
  let bytes = 0;
  for await (const { name, data } of events) {
    const { done: _, segment, ...rest } = data as { done?: true; segment?: object };
    const text = JSON.stringify(segment ?? rest);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (name === 'done') last = text;
    else segments.push(text);
  }
  reply.type('application/json; charset=utf-8');
  return reply.send(segments.length === 0 ? last : `{"segments":[${segments.join(',')}],${last.slice(1)}`);
}

const tooLarge = (maxBytes: number) =>
  new HttpError(
    413,
    `expected an answer of at most ${maxBytes} bytes (maxBodyBytes) but it is larger: ask for it line by line, ` +
      'with Accept: application/x-ndjson, or for fewer windows',
    'ANSWER_TOO_LARGE',
  );

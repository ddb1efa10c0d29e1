import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

type Answer = [status: number, reason: string, message: string];

/** Of the parser's own complaints. */
const answers: Record<string, Answer> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'expected a shorter head'],
  HPE_INVALID_METHOD: [400, 'Bad Request', 'expected a method of HTTP'],
  HPE_INVALID_URL: [400, 'Bad Request', 'expected a URL of ASCII alone, with all else as %XX'],
  HPE_INVALID_CONTENT_LENGTH: [400, 'Bad Request', 'expected Content-Length to be a number of bytes'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Payload Too Large', 'expected shorter extensions of chunks'],
};

const tooSlow: Answer = [
  408,
  'Request Timeout',
  'expected the whole request, or its next bytes, in time (receiveTimeoutMs)',
];
const noRequest: Answer = [400, 'Bad Request', 'expected a request of HTTP/1.1'];

function answerTo(code = ''): Answer {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? tooSlow : (answers[code] ?? noRequest);
}

/** Answers what Node cannot make a request of, or gave up, and ends its connection. Of its head nothing is known. */
export function clientError(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason, message] = answerTo(error.code);
  // Where an answer has begun nothing can be said any more.
  const hasBegun = (socket as Socket & { _httpMessage?: { headersSent: boolean } | null })._httpMessage?.headersSent;
  if (socket.writable && !hasBegun) {
    const id = randomUUID();
    const body = JSON.stringify({ error: { code: 'BAD_REQUEST', message } });
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${id}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    this.log.info({ id, status, reason: message, caller: socket.remoteAddress }, 'no request');
  }
  socket.destroySoon();
}

import type { Socket } from 'node:net';

type Answer = [status: string, message: string];

/** What HTTP calls that which is no request, and what it is told. */
function answerTo(code: string | undefined): Answer {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['408 Request Timeout', 'expected the whole request, or its next bytes, in time (receiveTimeoutMs)'];
  }
  return answers[code ?? ''] ?? ['400 Bad Request', 'expected a request of HTTP/1.1'];
}

/** Of the parser's own complaints. */
const answers: Record<string, Answer> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'expected a shorter head'],
  HPE_INVALID_URL: ['400 Bad Request', 'expected a URL of ASCII alone, with all else as %XX'],
  HPE_INVALID_CONTENT_LENGTH: ['400 Bad Request', 'expected Content-Length to be a number of bytes'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'expected shorter extensions of chunks'],
};

/** Answers what Node cannot make a request of, or gave up, and ends its connection. */
export function clientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = answerTo(error.code);
  const body = JSON.stringify({ error: { code: 'BAD_REQUEST', message } });
  // Where an answer has begun nothing can be said any more.
  const hasBegun = (socket as Socket & { _httpMessage?: { headersSent: boolean } | null })._httpMessage?.headersSent;
  if (socket.writable && !hasBegun) {
    socket.write(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

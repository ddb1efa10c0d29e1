import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes for one connection. */
export interface Sent {
  /** Sent one after the other. */
  pieces: readonly Buffer[];
  /** Between two pieces. */
  pauseMs: number;
  /** What follows: the connection stays open, its sending side is closed, or it is reset. */
  end: 'open' | 'half' | 'cut';
  /** Of each request in it; of `HEAD` there is no body. */
  methods: readonly string[];
}

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** What came back. */
export interface Received {
  answers: RawAnswer[];
  /** What is no answer, or the beginning of one. */
  rest: Buffer;
  /** By whom the exchange was ended; `nobody`: the answers that were due did not come in time. */
  endedBy: 'server' | 'caller' | 'nobody';
}

/** How long more answers than were asked for are waited for. */
const quietMs = 30;

/** Sends bytes as they are, and waits for an answer to each request, or for the end of the connection. */
export function exchange(url: string, { pieces, pauseMs, end, methods }: Sent, patienceMs: number): Promise<Received> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    let timer = setTimeout(() => finish('nobody'), patienceMs);
    const finish = (endedBy: Received['endedBy']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...readAnswers(bytes, methods, endedBy === 'server'), endedBy });
    };
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (readAnswers(bytes, methods, false).answers.length < methods.length) return;
      clearTimeout(timer);
      timer = setTimeout(() => finish('caller'), quietMs);
    });
    // A connection that is reset is one that the server has ended.
    socket.on('error', () => {});
    socket.on('end', () => finish('server'));
    socket.on('close', () => finish('server'));
    socket.once('connect', async () => {
      for (const piece of pieces) {
        if (!socket.writable) return;
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
        if (pauseMs > 0) await delay(pauseMs);
      }
      if (end === 'half') socket.end();
      if (end === 'cut') {
        socket.resetAndDestroy();
        finish('caller');
      }
    });
  });
}

const once = (socket: import('node:net').Socket, event: string) =>
  new Promise<void>((resolve) => socket.once(event, () => resolve()));

const headEnd = '\r\n\r\n';

/** The whole answers at the beginning of what came, and what follows them; interim ones are left out. */
export function readAnswers(
  bytes: Buffer,
  methods: readonly string[],
  isEnded: boolean,
): { answers: RawAnswer[]; rest: Buffer } {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf(headEnd);
    const [, status, fields] =
      /^HTTP\/1\.[01] (\d{3})[^\r\n]*((?:\r\n[^\r\n]*)*)$/.exec(rest.toString('latin1', 0, Math.max(0, end))) ?? [];
    if (status === undefined) return { answers, rest };
    const headers = Object.fromEntries(
      (fields as string)
        .split('\r\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const after = rest.subarray(end + headEnd.length);
    if (status.startsWith('1')) {
      rest = after;
      continue;
    }
    const body = readBody(after, headers, methods[answers.length] === 'HEAD' || status === '204', isEnded);
    if (body === null) return { answers, rest };
    answers.push({ status: Number(status), headers, body: body.content });
    rest = after.subarray(body.length);
  }
}

function readBody(
  bytes: Buffer,
  headers: Record<string, string>,
  isEmpty: boolean,
  isEnded: boolean,
): { content: Buffer; length: number } | null {
  if (isEmpty) return { content: Buffer.alloc(0), length: 0 };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes);
  const said = headers['content-length'];
  if (said === undefined) return isEnded ? { content: bytes, length: bytes.length } : null;
  const length = Number(said);
  return bytes.length < length ? null : { content: bytes.subarray(0, length), length };
}

function readChunks(bytes: Buffer): { content: Buffer; length: number } | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { content: Buffer.concat(parts), length: end };
    parts.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}

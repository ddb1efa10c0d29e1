import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { makeVideos } from './videos';

const packetBytes = 188;
const perDatagram = 7;

/** An MPEG transport stream of so many seconds, 64×48 at 25 frames a second, of grey that grows lighter. */
export function transportStream(path: string, seconds: number): Buffer {
  const frames = Array.from({ length: seconds * 25 }, (_, i) => ({ pts: i, y: 20 + (i % 200), u: 128, v: 128 }));
  makeVideos([
    { path, format: 'mpegts', codec: 'mpeg2video', width: 64, height: 48, timeBase: [1, 25], frames, gop: 5 },
  ]);
  return readFileSync(path);
}

/** Gives a stream at its own pace, and says whether it may go on. */
class Pace {
  private timer: NodeJS.Timeout | undefined;
  isStalled = false;

  constructor(bytes: Buffer, seconds: number, send: (part: Buffer) => void, end: () => void) {
    const began = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      if (this.isStalled) return;
      const due =
        Math.floor((((performance.now() - began) / 1000 / seconds) * bytes.length) / packetBytes) * packetBytes;
      while (sent < Math.min(due, bytes.length)) {
        const part = bytes.subarray(sent, Math.min(sent + packetBytes * perDatagram, due));
        sent += part.length;
        send(part);
      }
      if (sent < bytes.length) return;
      this.stop();
      end();
    }, 20);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** A server of one stream, that can be stopped, started again, and made to stand still. */
export class LiveServer {
  /** Connections that were made. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly paces = new Set<Pace>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    });
  }

  /** MPEG-TS over HTTP. */
  static http(bytes: Buffer, seconds: number, port = 0): Promise<LiveServer> {
    let live: LiveServer;
    const server = createHttpServer((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      live.pace(
        bytes,
        seconds,
        (part) => response.write(part),
        () => response.end(),
        response,
      );
    });
    return LiveServer.listen(server, port).then((made) => {
      live = made;
      return made;
    });
  }

  /** MPEG-TS in RTP in the connection of RTSP: as little of RFC 2326 as a player asks for. */
  static async rtsp(bytes: Buffer, seconds: number, port = 0): Promise<LiveServer> {
    const server = createServer();
    const live = await LiveServer.listen(server, port);
    server.on('connection', (socket: Socket) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
          live.answer(socket, text.slice(0, end), bytes, seconds);
          text = text.slice(end + 4);
        }
      });
    });
    return live;
  }

  stall(): void {
    for (const pace of this.paces) pace.isStalled = true;
  }

  /** Ends all connections, and takes no new ones. */
  async close(): Promise<void> {
    for (const pace of this.paces) pace.stop();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private static listen(server: Server, port: number): Promise<LiveServer> {
    return new Promise((resolve) => {
      server.listen(port, '127.0.0.1', () => resolve(new LiveServer(server, (server.address() as AddressInfo).port)));
    });
  }

  private pace(
    bytes: Buffer,
    seconds: number,
    send: (part: Buffer) => void,
    end: () => void,
    closer: { on(event: 'close', listener: () => void): unknown },
  ): void {
    const pace = new Pace(bytes, seconds, send, end);
    this.paces.add(pace);
    closer.on('close', () => {
      pace.stop();
      this.paces.delete(pace);
    });
  }

  private answer(socket: Socket, request: string, bytes: Buffer, seconds: number): void {
    const [method = ''] = request.split(' ');
    const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
    const reply = (headers: string[], body = '') =>
      socket.write(['RTSP/1.0 200 OK', `CSeq: ${sequence}`, ...headers, '', body].join('\r\n'));
    const session = 'Session: 1';
    if (method === 'OPTIONS') reply(['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
    if (method === 'DESCRIBE') {
      const sdp =
        'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track1\r\n';
      reply(['Content-Type: application/sdp', `Content-Length: ${sdp.length}`], sdp);
    }
    if (method === 'SETUP') reply([session, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
    if (method === 'TEARDOWN') reply([session]);
    if (method !== 'PLAY') return;
    reply([session]);
    let number = 0;
    const send = (part: Buffer) => {
      const head = Buffer.alloc(16);
      head.write('$', 0, 'latin1');
      head.writeUInt16BE(12 + part.length, 2);
      head.writeUInt16BE(0x8021, 4);
      head.writeUInt16BE(number++ & 0xffff, 6);
      head.writeUInt32BE((number * 1000) >>> 0, 8);
      socket.write(Buffer.concat([head, part]));
    };
    this.pace(bytes, seconds, send, () => socket.end(), socket);
  }
}

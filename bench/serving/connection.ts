import { connect, type Socket } from 'node:net';

/** A POST request as it goes over the wire. */
export function requestBytes(url: string, headers: Record<string, string | number>, body: Buffer): Buffer {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({ host, ...headers, 'content-length': body.length });
  const head = [`POST ${pathname} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), body]);
}

/**
 * A connection that stays, over which the same bytes are sent again and again, one request at a time. It does as little as a
 * client can, since what it takes counts as the server's: of an answer it reads the status and how long it is.
 */
export class Connection {
  private came = '';
  private answered: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => this.take(text));
    socket.on('error', (error) => this.answered?.reject(error));
    socket.on('close', () => this.answered?.reject(new Error('the server hung up')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket.off('error', reject))));
    });
  }

  /** The status of the answer. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.answered = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.answered = null;
    this.socket.destroy();
  }

  private take(text: string): void {
    this.came += text;
    const end = this.came.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(this.came.slice(0, end)) ?? [];
    if (length === undefined) this.socket.destroy(new Error('expected an answer that says its length'));
    else if (this.came.length >= end + 4 + Number(length)) {
      const status = Number(this.came.slice(9, 12));
      this.came = '';
      this.answered?.resolve(status);
    }
  }
}

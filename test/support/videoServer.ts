import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createServer } from '../../lib/server/createServer';
import type { ServerOptions } from '../../lib/server/options';
import type { VideoServer } from '../../lib/server/videoServer';
import { onCpu, smallArchive } from './models';
import { root } from './runCli';
import { temporaryFolder } from './temporaryFolder';

/** 320×240. */
export const sampleVideo = join(root, 'examples', 'media', 'camera-moves.mp4');

/**
 * Servers of a small model, `small`, on ports of their own, closed after the tests of a file. `start` gives the address of one,
 * and `closeLast` ends the one that was started last.
 */
export function videoServers() {
  const folder = temporaryFolder();
  const servers: VideoServer[] = [];
  const path = join(folder, 'small.pt');
  beforeAll(async () => (await smallArchive()).save(path));
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  const start = async (options: ServerOptions = {}) => {
    const server = await createServer({
      models: { small: path },
      port: 0,
      graceMs: 0,
      logLevel: 'silent',
      ...onCpu,
      ...options,
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.listen(({ error }) => (error === null ? resolve() : reject(error))).catch(reject);
    });
    return server.address;
  };
  return { path, start, closeLast: () => servers.at(-1)?.close() };
}

type Body = NonNullable<RequestInit['body']>;

/** Posts a body; streams are sent in chunks. */
export function post(url: string, body: Body | Readable, headers: Record<string, string> = {}): Promise<Response> {
  const content = body instanceof Readable ? (Readable.toWeb(body) as Body) : body;
  return fetch(url, { method: 'POST', body: content, headers, duplex: 'half' } as RequestInit);
}

/** A form of these parts, in their order. */
export function form(parts: Record<string, string | Blob>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, `${name}.mp4`);
  }
  return data;
}

import { request as httpRequest } from 'node:http';
import { createServer } from '../../lib/server/createServer';
import type { ServerOptions } from '../../lib/server/options';
import type { VideoServer } from '../../lib/server/videoServer';

/** What came back, and its body as bytes and, where it is that, as JSON. */
export interface Answered {
  status: number;
  headers: Headers;
  bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: documents of all kinds
  json: any;
}

export interface TestServer {
  server: VideoServer;
  url: string;
  get(path: string, init?: RequestInit): Promise<Answered>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
}

/** A server on a free port, with its models loaded. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const server = await createServer({
    port: 0,
    device: 'cpu',
    threads: 1,
    graceMs: 0,
    drainMs: 5000,
    logLevel: 'silent',
    ...options,
  });
  const url = await server.listen();
  const get = async (path: string, init?: RequestInit) => answered(await fetch(url + path, init));
  const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    get(path, { method: 'POST', body: bodyOf(body), headers });
  while ((await get('/v2/health/ready')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  return { server, url, get, post };
}

const bodyOf = (body: unknown) =>
  body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);

async function answered(response: Response): Promise<Answered> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  const json = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
  return { status: response.status, headers: response.headers, bytes, json };
}

/** A request with exactly these headers, its body in the pieces that are given; fetch adds and forbids some. */
export function rawRequest(
  url: string,
  { method = 'POST', headers = {}, pieces = [] }: { method?: string; headers?: object; pieces?: readonly Buffer[] },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers: { ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

import { Agent, type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer } from '../../../lib/server/createServer';
import type { ServerOptions } from '../../../lib/server/options';
import type { VideoServer } from '../../../lib/server/videoServer';

/** Waits for nothing, says nothing, and takes any port that is free. */
export const quiet = { port: 0, graceMs: 0, logLevel: 'silent', device: 'cpu', threads: 1 } as const;

/** A server whose models are loaded. */
export async function startServer(options: ServerOptions): Promise<{ server: VideoServer; url: string }> {
  const server = await createServer({ ...quiet, ...options });
  const url = await server.listen();
  await until(async () => (await call(`${url}/v2/health/ready`)).status === 200);
  return { server, url };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Call {
  method?: string;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
  agent?: Agent;
  /** Is given the request, for example to hang up. */
  onRequest?: (request: ClientRequest) => void;
}

/** One request, over a connection of its own unless there is an agent. */
export function call(url: string, { method, headers, body, agent, onRequest }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, agent: agent ?? new Agent() };
    const sent = httpRequest(url, options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('latin1');
        resolve({ status: response.statusCode as number, headers: response.headers, text });
      });
    });
    sent.on('error', reject);
    onRequest?.(sent);
    sent.end(body);
  });
}

/** An infer request of one clip, binary, answered in JSON. */
export function inferCall(data: Uint8Array, shape: readonly number[], id = ''): Call {
  const inputs = [{ name: 'frames', shape, datatype: 'UINT8', parameters: { binary_data_size: data.length } }];
  const outputs = [{ name: 'labels', parameters: { binary_data: false } }];
  const json = Buffer.from(JSON.stringify({ id, inputs, outputs }));
  return {
    headers: { 'inference-header-content-length': json.length },
    body: Buffer.concat([json, data]),
  };
}

export const labelsOf = ({ text }: Answer): string[] => JSON.parse(text).outputs[0].data;

export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 40_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for what did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What `/metrics` says of one sample, by its whole name. */
export async function metric(url: string, sample: string): Promise<number> {
  const { text } = await call(`${url}/metrics`);
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1));
}

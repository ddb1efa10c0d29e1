import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ReadinessProxy } from './readinessProxy';

export interface RestartLoad {
  /** Of the model, called `model`. */
  path: string;
  restarts: number;
  clients: number;
  /** Of each server; the proxy has to hear of the end meanwhile. */
  graceMs: number;
  /** One request, as every client sends it again and again. */
  headers: Record<string, string | number>;
  body: Buffer;
}

export interface RestartResult {
  answered: number;
  /** What came instead of 200, and how often. */
  failures: Map<string, number>;
  exitCodes: (number | null)[];
}

/** Two servers behind a proxy that obeys readiness, restarted one after the other by SIGTERM while clients ask. */
export async function restartUnderLoad(load: RestartLoad): Promise<RestartResult> {
  const proxy = new ReadinessProxy();
  const url = `${await proxy.listen()}/v2/models/model/infer`;
  const servers = await Promise.all([startServer(load), startServer(load)]);
  await Promise.all(servers.map((server) => proxy.add(server.url)));
  const result: RestartResult = { answered: 0, failures: new Map(), exitCodes: [] };

  let isOver = false;
  const client = async () => {
    const agent = new Agent({ keepAlive: true });
    while (!isOver) {
      const outcome = await ask(url, agent, load).catch((error: Error) => error.message);
      if (outcome === '200') result.answered++;
      else result.failures.set(outcome, (result.failures.get(outcome) ?? 0) + 1);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: load.clients }, client);

  for (let i = 0; i < load.restarts; i++) {
    const old = servers.shift() as Started;
    old.process.kill('SIGTERM');
    result.exitCodes.push(await old.ended);
    proxy.remove(old.url);
    const next = await startServer(load);
    // The other is the next to go.
    await proxy.add(next.url);
    servers.push(next);
  }
  isOver = true;
  await Promise.all(clients);
  proxy.close();
  for (const { process, ended } of servers) {
    process.kill('SIGKILL');
    await ended;
  }
  return result;
}

interface Started {
  url: string;
  process: ChildProcess;
  ended: Promise<number | null>;
}

async function startServer({ path, graceMs }: RestartLoad): Promise<Started> {
  const main = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
  const args = [main, 'serve', `model=${path}`, '--port', '0', '--threads', '1', '--log-level', 'silent'];
  const child = spawn(process.execPath, [...args, '--grace-ms', String(graceMs)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  for (;;) {
    const [, url] = /Listening on (\S+)/.exec(said) ?? [];
    if (url !== undefined && said.includes('model: ready')) return { url, process: child, ended };
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    await setTimeout(20);
  }
}

function ask(url: string, agent: Agent, { headers, body }: RestartLoad): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode } = response;
        resolve(statusCode === 200 ? '200' : `${statusCode} ${text.slice(0, 100)}`);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

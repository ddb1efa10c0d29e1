import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

const main = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

/** A server in a process of its own. */
export interface Server {
  /** For example `http://127.0.0.1:41231`. */
  url: string;
  process: ChildProcess;
}

/** `kinetorch serve` of one model, which is called `bench`, once it is ready; and where it infers. */
export async function startServer(
  file: string,
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<Server & { inferUrl: string }> {
  const args = [...nodeFlags, main, 'serve', `bench=${file}`, '--port', '0', ...flags];
  const server = await startProgram(args);
  await untilReady(`${server.url}/v2/health/ready`);
  return { ...server, inferUrl: `${server.url}/v2/models/bench/infer` };
}

/** A program of Node.js that says on standard error where it listens. */
export async function startProgram(args: readonly string[]): Promise<Server> {
  // Nobody reads the log, which would take time of whoever measures.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  // Read to the end, or the program would wait for its reader.
  const lines = createInterface(child.stderr);
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [address] = /http:\/\/[\d.]+:\d+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    lines.on('close', () => reject(new Error('the server ended before it listened')));
  });
  return { url, process: child };
}

export async function untilReady(url: string): Promise<void> {
  while (!(await fetch(url).catch(() => null))?.ok) await setTimeout(100);
}

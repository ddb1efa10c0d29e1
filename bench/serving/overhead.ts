/**
 * What the server adds to one clip of 16×112×112: an infer request, binary, over a connection that stays, against
 * `classifyClip` in a process, and beside it what a bare Node.js server takes for the same body; one after the other in turn.
 *
 *   npm run build
 *   npx tsx bench/serving/overhead.ts [model.pt] [--rounds 300] [--threads 1]
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadModel, models } from '../../dist';
import { noiseClip } from '../harness/noiseClip';
import { median, spreadOf } from '../harness/statistics';

const warmUp = 20;
const main = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

async function measure(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '300' }, threads: { type: 'string', default: '1' } },
  });
  const file = positionals[0] ?? models.cameraMotion;
  const server = spawn(process.execPath, [main, 'serve', `bench=${file}`, '--port', '0', '--threads', values.threads], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const bare = spawn(process.execPath, [join(__dirname, 'bareServer.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [address, bareAddress] = await Promise.all([firstAddress(server.stderr), firstAddress(bare.stdout)]);
    await using model = await loadModel(file, { threads: Number(values.threads) });
    await untilReady(address);
    const clip = noiseClip(17, 16, 112, 112);
    const post = poster(`${address}/v2/models/bench/infer`, clip.data as Uint8Array);
    const postBare = poster(bareAddress, clip.data as Uint8Array);
    const [inProcess, served, bareHttp]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < warmUp + Number(values.rounds); round++) {
      const own = await timed(() => model.classifyClip(clip));
      const other = await timed(post);
      const least = await timed(postBare);
      if (round < warmUp) continue;
      inProcess.push(own);
      served.push(other);
      bareHttp.push(least);
    }
    const added = median(served.map((ms, round) => ms - (inProcess[round] as number)));
    for (const [name, times] of Object.entries({ classifyClip: inProcess, served, 'bare HTTP': bareHttp })) {
      const { median: middle, min, max } = spreadOf(times);
      console.log(`${name.padEnd(12)} ${middle.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`);
    }
    console.log(`added        ${added.toFixed(2)} ms, the median of ${values.rounds} differences`);
  } finally {
    for (const child of [server, bare]) child.kill('SIGKILL');
  }
}

async function firstAddress(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(stream)) {
    const [address] = /http:\S+/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the server ended before it listened');
}

async function untilReady(address: string): Promise<void> {
  while (!(await fetch(`${address}/v2/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function poster(url: string, data: Uint8Array): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const parameters = { binary_data_size: data.length };
  const json = Buffer.from(
    JSON.stringify({ inputs: [{ name: 'frames', datatype: 'UINT8', shape: [16, 112, 112, 3], parameters }] }),
  );
  const body = Buffer.concat([json, data]);
  const headers = { 'inference-header-content-length': json.length, 'content-length': body.length };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`expected 200 but received ${response.statusCode}`));
        response.on('end', resolve).resume();
      });
      sent.on('error', reject).end(body);
    });
}

void measure();

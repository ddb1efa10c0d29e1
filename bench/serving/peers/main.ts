/**
 * One clip of 16×112×112 with a model that does nothing, or next to nothing, over a connection that stays: Kinetorch, LitServe
 * and MLServer, one after the other in turn. Each takes the clip in the shortest form that it has.
 *
 *   npm run build
 *   python3 -m venv peers && peers/bin/pip install litserve==0.2.19 mlserver==1.7.1
 *   npx tsx bench/serving/peers/main.ts --python peers/bin/python [--rounds 200]
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clip, createModel, loadModel } from '../../../dist';
import { markdownTable } from '../../harness/format';
import { inTurn } from '../../harness/inTurn';
import { noiseClip } from '../../harness/noiseClip';
import { spreadOf } from '../../harness/statistics';
import { workFolder } from '../../harness/workFolder';
import { Connection, requestBytes } from '../connection';
import { inferRequest } from '../inferRequest';
import { startServer, untilReady } from '../startServer';

const warmUp = 50;

interface Way {
  name: string;
  run(): Promise<unknown>;
  stop(): void;
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { python: { type: 'string', default: 'python3' }, rounds: { type: 'string', default: '200' } },
  });
  const clip = noiseClip(17, 16, 112, 112);
  const file = await saveTinyModel();
  const model = await loadModel(file, { threads: 1 });
  const ways: Way[] = [];
  try {
    ways.push({ name: '`classifyClip`, no server', run: () => model.classifyClip(clip), stop: () => {} });
    const server = await startServer(file, ['--threads', '1']);
    const { headers, body } = inferRequest(clip);
    const stop = () => server.process.kill('SIGKILL');
    ways.push(await served('Kinetorch, binary', server.inferUrl, headers, body, stop));
    ways.push(await peer('LitServe, form', values.python, 'litserve_empty.py', '/predict', '/health', formOf(clip)));
    const path = '/v2/models/bench/infer';
    ways.push(await peer('MLServer, JSON', values.python, 'mlserver_empty.py', path, '/v2/health/ready', jsonOf(clip)));
    const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
    await inTurn(ways, warmUp + Number(values.rounds), async ({ name, run }) => {
      const began = performance.now();
      await run();
      times.get(name)?.push(performance.now() - began);
    });
    const rows = [...times].map(([name, all]) => {
      const { median, min, max } = spreadOf(all.slice(warmUp));
      return [name, ...[median, min, max].map((ms) => ms.toFixed(2))];
    });
    console.log(markdownTable(['', 'median, ms', 'least', 'most'], rows));
  } finally {
    for (const { stop } of ways) stop();
    await model.dispose();
  }
}

/** Its input is so small that the network takes next to nothing; the clip that is sent is as large as for any other. */
async function saveTinyModel(): Promise<string> {
  const folder = join(workFolder, 'serving');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'tiny.pt');
  const input = { frames: 2, height: 16, width: 16, resize: [16, 16] as [number, number] };
  await (await createModel({ architecture: 'r2plus1d_dw', numClasses: 10, input })).save(file);
  return file;
}

interface Body {
  headers: Record<string, string | number>;
  body: Buffer;
}

async function peer(name: string, python: string, program: string, path: string, health: string, sent: Body) {
  const port = await freePort();
  const child = spawn(python, [join(__dirname, program), String(port)], { stdio: 'ignore', detached: true });
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  ended.catch(() => {});
  const url = `http://127.0.0.1:${port}`;
  // With the processes that it has started.
  const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  try {
    await Promise.race([untilReady(url + health), ended]);
  } catch (error) {
    stop();
    throw error;
  }
  return served(name, url + path, sent.headers, sent.body, stop);
}

async function served(
  name: string,
  url: string,
  headers: Body['headers'],
  body: Buffer,
  end: () => void,
): Promise<Way> {
  const connection = await Connection.open(url);
  const request = requestBytes(url, headers, body);
  const run = async () => {
    const status = await connection.send(request);
    if (status !== 200) throw new Error(`expected 200 of ${name} but received ${status}`);
  };
  const stop = () => {
    connection.close();
    end();
  };
  return { name, run, stop };
}

function formOf({ data }: Clip): Body {
  const head = '--clip\r\ncontent-disposition: form-data; name="clip"; filename="clip"\r\n\r\n';
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=clip' },
    body: Buffer.concat([Buffer.from(head), data as Uint8Array, Buffer.from('\r\n--clip--\r\n')]),
  };
}

function jsonOf({ data, frames, height, width }: Clip): Body {
  const input = { name: 'frames', shape: [frames, height, width, 3], datatype: 'UINT8', data: [...data] };
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ inputs: [input] })) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

void measure();

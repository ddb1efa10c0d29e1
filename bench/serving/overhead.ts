/**
 * What the server adds to one clip of 16×112×112: an infer request, binary, over a connection that stays, against
 * `classifyClip` in a process, and beside it what a bare Node.js server takes for the same body; one after the other in turn.
 *
 *   npm run build
 *   npx tsx bench/serving/overhead.ts [model.pt] [--rounds 300] [--threads 1]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel, models } from '../../dist';
import { inTurn } from '../harness/inTurn';
import { noiseClip } from '../harness/noiseClip';
import { median, spreadOf } from '../harness/statistics';
import { Connection, requestBytes } from './connection';
import { inferRequest } from './inferRequest';
import { startProgram, startServer } from './startServer';

/** Until JavaScript that runs once a request is compiled. */
const warmUp = 200;

async function measure(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '300' }, threads: { type: 'string', default: '1' } },
  });
  const file = positionals[0] ?? models.cameraMotion;
  const server = await startServer(file, ['--threads', values.threads]);
  const bare = await startProgram([join(__dirname, 'bareServer.mjs')]);
  try {
    await using model = await loadModel(file, { threads: Number(values.threads) });
    const clip = noiseClip(17, 16, 112, 112);
    const { headers, body } = inferRequest(clip);
    const [connection, bareConnection] = [await Connection.open(server.url), await Connection.open(bare.url)];
    const [request, bareRequest] = [server.inferUrl, bare.url].map((url) => requestBytes(url, headers, body));
    const ways = [
      { name: 'classifyClip', run: () => model.classifyClip(clip) },
      { name: 'served', run: () => answered(connection, request as Buffer) },
      { name: 'bare HTTP', run: () => answered(bareConnection, bareRequest as Buffer) },
    ].map((way) => ({ ...way, times: [] as number[] }));
    await inTurn(ways, warmUp + Number(values.rounds), async ({ run, times }) => {
      const began = performance.now();
      await run();
      times.push(performance.now() - began);
    });
    const [inProcess, served] = ways.map(({ times }) => times.slice(warmUp)) as [number[], number[], number[]];
    for (const { name, times } of ways) {
      const { median: middle, min, max } = spreadOf(times.slice(warmUp));
      console.log(`${name.padEnd(12)} ${middle.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`);
    }
    const added = median(served.map((ms, round) => ms - (inProcess[round] as number)));
    console.log(`added        ${added.toFixed(2)} ms, the median of ${values.rounds} differences`);
    for (const open of [connection, bareConnection]) open.close();
  } finally {
    for (const { process } of [server, bare]) process.kill('SIGKILL');
  }
}

async function answered(connection: Connection, request: Buffer): Promise<void> {
  const status = await connection.send(request);
  if (status !== 200) throw new Error(`expected 200 but received ${status}`);
}

void measure();

/**
 * Clips a second of r2plus1d_dw, of its own input size and with the best five labels: by a server, over 64 connections, and by as many calls in a process, in
 * turn. Ratios are of neighbours: what disturbs a round disturbs both.
 *
 *   npm run build
 *   npx tsx bench/serving/throughput.ts [--rounds 5] [--seconds 8]
 */
import { parseArgs } from 'node:util';
import { loadModel } from '../../dist';
import { inTurn } from '../harness/inTurn';
import { noiseClip } from '../harness/noiseClip';
import { ratiosOf, spreadOf } from '../harness/statistics';
import { Connection, requestBytes } from './connection';
import { dwClip, dwModel } from './dwModel';
import { inferRequest } from './inferRequest';
import { keepInFlight } from './keepInFlight';
import { startServer } from './startServer';

const inFlight = 64;

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '8' } },
  });
  const file = await dwModel();
  await using model = await loadModel(file);
  const clip = noiseClip(17, ...dwClip);
  const server = await startServer(file, []);
  try {
    const { headers, body } = inferRequest(clip, 5);
    const request = requestBytes(server.inferUrl, headers, body);
    const connections = await Promise.all(Array.from({ length: inFlight }, () => Connection.open(server.url)));
    const ways = [
      { name: 'in process', work: () => model.classifyClip(clip) },
      { name: 'served', work: (place: number) => answered(connections[place] as Connection, request) },
    ].map((way) => ({ ...way, rates: [] as number[] }));
    for (const { work } of ways) await keepInFlight(inFlight, 1, work);
    await inTurn(ways, Number(values.rounds), async ({ work, rates }) => {
      rates.push(await keepInFlight(inFlight, Number(values.seconds), work));
    });
    for (const connection of connections) connection.close();
    for (const { name, rates } of ways) {
      const { median, min, max } = spreadOf(rates);
      console.log(`${name.padEnd(10)} ${median.toFixed(1)} clips/s (${min.toFixed(1)} to ${max.toFixed(1)})`);
    }
    const [inProcess, served] = ways.map(({ rates }) => rates) as [number[], number[]];
    const { median, min, max } = spreadOf(ratiosOf(served, inProcess).map((ratio) => ratio * 100));
    console.log(`ratio      ${median.toFixed(1)}% (${min.toFixed(1)} to ${max.toFixed(1)})`);
  } finally {
    server.process.kill('SIGKILL');
  }
}

async function answered(connection: Connection, request: Buffer): Promise<void> {
  const status = await connection.send(request);
  if (status !== 200) throw new Error(`expected 200 but received ${status}`);
}

void measure();

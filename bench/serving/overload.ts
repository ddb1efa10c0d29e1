/**
 * 64 clients who together ask three times as often as a server can answer: what they get, how long those wait who are taken,
 * and how late the server's event loop is. Fails where an answer is missing or is neither 200 nor 503, where the event loop
 * is later than 20 ms at the 99th percentile, and where those who are taken wait longer than the queue is.
 *
 *   npm run build
 *   npx tsx bench/serving/overload.ts [--seconds 60]
 */
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { noiseClip } from '../harness/noiseClip';
import { Connection, requestBytes } from './connection';
import { dwClip, dwModel } from './dwModel';
import { inferRequest } from './inferRequest';
import { keepInFlight } from './keepInFlight';
import { readMetric } from './readMetric';
import { startServer } from './startServer';

const clients = 64;
const times = 3;
const maxQueue = 16;
/** Two batches of 8 are run or are next. */
const running = 16;
const loopLimitMs = 20;

async function measure(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
  const server = await startServer(await dwModel(), ['--max-queue', String(maxQueue)]);
  try {
    const { headers, body } = inferRequest(noiseClip(17, ...dwClip));
    const request = requestBytes(server.inferUrl, headers, body);
    const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(server.url)));
    const send = (place: number) => (connections[place] as Connection).send(request);
    const capacity = await keepInFlight(running, 5, send);
    const everyMs = (clients * 1000) / (times * capacity);

    const loop = (percentile: number) =>
      readMetric(server.url, `kinetorch_event_loop_delay_seconds{percentile="${percentile}"}`);
    await loop(99);
    const asked: Promise<{ status: number; ms: number }>[] = [];
    const end = performance.now() + Number(values.seconds) * 1000;
    const client = async (place: number) => {
      for (let next = performance.now() + (place * everyMs) / clients; next < end; next += everyMs) {
        await setTimeout(Math.max(0, next - performance.now()));
        // One that waits for an answer asks nothing meanwhile, and does not make up for it.
        const began = performance.now();
        const answer = send(place).then((status) => ({ status, ms: performance.now() - began }));
        asked.push(answer);
        await answer;
        next = Math.max(next, performance.now() - everyMs);
      }
    };
    await Promise.all(connections.map((_, place) => client(place)));
    const loopMs = (await loop(99)) * 1000;

    const answers = await Promise.all(asked);
    const of = (status: number) => answers.filter((answer) => answer.status === status).map(({ ms }) => ms);
    const [taken, refused] = [of(200), of(503)];
    const boundMs = ((maxQueue + running) * 1000) / capacity;
    const rate = (count: number) => (count / Number(values.seconds)).toFixed(0);
    console.log(`capacity ${capacity.toFixed(0)} clips/s; asked ${rate(answers.length)}/s for ${values.seconds} s`);
    console.log(`200: ${taken.length} (${rate(taken.length)}/s), p50 ${ms(taken, 50)}, p99 ${ms(taken, 99)}`);
    console.log(`503: ${refused.length}, p50 ${ms(refused, 50)}, p99 ${ms(refused, 99)}`);
    console.log(`other: ${answers.length - taken.length - refused.length}`);
    console.log(`event loop p99 ${loopMs.toFixed(1)} ms; the queue's length ${boundMs.toFixed(0)} ms`);
    const isGood =
      taken.length > 0 &&
      refused.length > 0 &&
      taken.length + refused.length === answers.length &&
      loopMs <= loopLimitMs &&
      percentile(taken, 99) <= 2 * boundMs;
    process.exitCode = isGood ? 0 : 1;
    for (const connection of connections) connection.close();
  } finally {
    server.process.kill('SIGKILL');
  }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? Number.NaN;
}

const ms = (values: readonly number[], percent: number) => `${percentile(values, percent).toFixed(1)} ms`;

void measure();

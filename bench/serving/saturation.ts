/**
 * A server with as much work as it can do, for long: 32 connections that ask again as soon as they are answered. Tells its
 * memory every 10 s. Fails where an answer is not 200, and where memory does not stay level: the median of the last quarter of
 * the time is more than 5% above that of the second. `--plant` has the server leak, which has to be seen.
 *
 *   npm run build
 *   npx tsx bench/serving/saturation.ts [--minutes 30] [--plant]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noiseClip } from '../harness/noiseClip';
import { median } from '../harness/statistics';
import { Connection, requestBytes } from './connection';
import { dwClip, dwModel } from './dwModel';
import { inferRequest } from './inferRequest';
import { keepInFlight } from './keepInFlight';
import { startServer } from './startServer';

const connections = 32;
const everyMs = 10_000;
const tolerance = 0.05;

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '30' }, plant: { type: 'boolean', default: false } },
  });
  const leak = values.plant ? ['--require', join(__dirname, 'plantedLeak.cjs')] : [];
  const server = await startServer(await dwModel(), [], leak);
  try {
    const { headers, body } = inferRequest(noiseClip(17, ...dwClip));
    const request = requestBytes(server.inferUrl, headers, body);
    const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(server.url)));
    let [answered, failed] = [0, 0];
    const memory: number[] = [];
    const timer = setInterval(() => {
      memory.push(residentMb(server.process.pid as number));
      console.log(`${(memory.length * everyMs) / 1000} s: ${memory.at(-1)?.toFixed(0)} MB, ${answered} answered`);
    }, everyMs);
    const rate = await keepInFlight(connections, Number(values.minutes) * 60, async (place) => {
      const status = await (open[place] as Connection).send(request);
      answered++;
      if (status !== 200) failed++;
    });
    clearInterval(timer);
    for (const connection of open) connection.close();
    const quarter = Math.floor(memory.length / 4);
    const second = median(memory.slice(quarter, 2 * quarter));
    const last = median(memory.slice(-quarter));
    const growth = last / second - 1;
    console.log(`${answered} answered (${rate.toFixed(0)}/s), ${failed} not with 200`);
    console.log(`memory ${second.toFixed(0)} → ${last.toFixed(0)} MB, ${(growth * 100).toFixed(1)}%`);
    process.exitCode = failed === 0 && growth <= tolerance ? 0 : 1;
  } finally {
    server.process.kill('SIGKILL');
  }
}

function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

void measure();

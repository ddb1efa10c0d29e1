/**
 * How Kinetorch shares its cores: clips one at a time (ms) and 400 at once (clips a second), with nothing else running
 * and beside as many busy loops as there are cores, with Kinetorch's way of waiting, GNU OpenMP's own (`default`),
 * passive waiting, other numbers of spins, and one thread. Each in a process of its own, in turn.
 *
 *   npm run build && npx tsx bench/inference/busyHost.ts [--model models/camera-motion.pt] [--rounds 5] [--ways kinetorch,30000]
 */
import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel, type VideoModel } from '../../dist';
import { inTurn } from '../harness/inTurn';
import { noiseClip } from '../harness/noiseClip';
import { spreadOf } from '../harness/statistics';

interface Sample {
  lone: number;
  many: number;
}

const ways = ['kinetorch', 'default', 'passive', 'one thread'];

/** In the environment of the process that is measured. */
function environmentOf(way: string): NodeJS.ProcessEnv {
  if (way === 'default') return { GOMP_SPINCOUNT: '300000' };
  if (way === 'passive') return { OMP_WAIT_POLICY: 'passive' };
  return /^\d+$/.test(way) ? { GOMP_SPINCOUNT: way } : {};
}

async function measure(model: VideoModel): Promise<Sample> {
  const [height, width = height] = model.input.resize;
  const clip = noiseClip(1, model.input.frames, height, width);
  for (let call = 0; call < 5; call++) await model.classifyClip(clip);
  const times: number[] = [];
  for (const end = performance.now() + 2000; performance.now() < end && times.length < 200; ) {
    const begin = performance.now();
    await model.classifyClip(clip);
    times.push(performance.now() - begin);
  }
  const calls = times.length < 40 ? 40 : 400;
  const begin = performance.now();
  await Promise.all(Array.from({ length: calls }, () => model.classifyClip(clip)));
  return { lone: spreadOf(times).median, many: (1000 * calls) / (performance.now() - begin) };
}

async function measureHere(path: string, threads: number | undefined) {
  const model = await loadModel(path, { threads, batching: { maxQueue: 1000 } });
  console.log(JSON.stringify(await measure(model)));
  await model.dispose();
}

function measureThere(path: string, way: string): Sample {
  const args = [...process.execArgv, __filename, '--model', path, '--here', way];
  const env = { ...process.env, ...environmentOf(way) };
  return JSON.parse(execFileSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).toString());
}

async function beside<T>(loops: number, work: () => T | Promise<T>): Promise<T> {
  const busy = Array.from({ length: loops }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  try {
    return await work();
  } finally {
    for (const loop of busy) loop.kill('SIGKILL');
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: join(__dirname, '../../models/camera-motion.pt') },
      rounds: { type: 'string', default: '5' },
      ways: { type: 'string', default: ways.join() },
      here: { type: 'string' },
    },
  });
  if (values.here) return measureHere(values.model, values.here === 'one thread' ? 1 : undefined);
  // The first load measures the kernels, which no other should have to.
  measureThere(values.model, 'kinetorch');
  for (const loops of [0, availableParallelism()]) {
    const samples = new Map(values.ways.split(',').map((way): [string, Sample[]] => [way, []]));
    await beside(loops, () =>
      inTurn([...samples], Number(values.rounds), async ([way, all]) => {
        all.push(measureThere(values.model, way));
      }),
    );
    for (const [way, all] of samples) {
      const [lone, many] = [spreadOf(all.map((sample) => sample.lone)), spreadOf(all.map((sample) => sample.many))];
      const show = ({ median, min, max }: typeof lone, digits: number) =>
        `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
      console.log(`${loops} busy loops, ${way}: ${show(lone, 2)} ms a clip; ${show(many, 0)} clips/s of many at once`);
    }
  }
}

void main();

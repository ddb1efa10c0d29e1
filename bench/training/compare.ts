/**
 * Training throughput against a plain PyTorch loop: the same network, batch, optimiser and threads, clips in memory on
 * both sides, rounds in turn.
 *
 *   npm run build && npx tsx bench/training/compare.ts --python path/to/python-with-torch-2.13
 */
import { parseArgs } from 'node:util';
import { ratiosOf, spreadOf } from '../harness/statistics';
import { compareLoops } from './compareLoops';
import type { Task } from './task';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
const threads = Number(values.threads);
/** The first steps of a process pay for its set-up. */
const warmup = 3;

const machine = { threads, device: 'cpu', precision: 'float32' } as const;

const cases: Omit<Task, 'parameters' | keyof typeof machine>[] = [
  {
    architecture: 'r2plus1d_dw',
    ...{ frames: 12, height: 64, width: 80, resize: [72, 96], classes: 10 },
    ...{ batch: 16, optimizer: 'adamw', steps: 23 },
  },
  {
    architecture: 'r2plus1d_18',
    ...{ frames: 8, height: 64, width: 64, resize: [72, 96], classes: 10 },
    ...{ batch: 8, optimizer: 'sgd', steps: 9 },
  },
];

const round2 = (value: number) => Math.round(value * 100) / 100;

async function main(): Promise<void> {
  const settings = { python: values.python, rounds: Number(values.rounds), warmup };
  for (const one of cases) {
    const { kinetorch, python } = await compareLoops({ ...one, ...machine }, settings);
    const { median, min, max } = spreadOf(ratiosOf(python, kinetorch));
    const { architecture, frames, height, width, batch, optimizer } = one;
    console.log(
      JSON.stringify({
        ...{ architecture, clip: [frames, height, width], batch, optimizer, threads },
        kinetorchMs: kinetorch.map(Math.round),
        pythonMs: python.map(Math.round),
        ratio: { median: round2(median), min: round2(min), max: round2(max) },
      }),
    );
  }
}

main();

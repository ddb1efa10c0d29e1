/**
 * Training throughput against a plain PyTorch loop: the same network, batch, optimiser and threads, clips in memory on
 * both sides, rounds in turn.
 *
 *   npm run build && npx tsx bench/training/compare.ts --python path/to/python-with-torch-2.13
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createModel, inspectModel } from '../../dist';
import { median } from '../harness/statistics';
import type { Task } from './task';

const run = promisify(execFile);
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

async function compare(task: Task): Promise<void> {
  const text = JSON.stringify(task);
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
  const sides = {
    kinetorch: () => run('npx', ['tsx', join(__dirname, 'kinetorchLoop.ts'), text], { env }),
    python: () => run(values.python, [join(__dirname, 'python_loop.py'), text], { env }),
  };
  const medians: Record<keyof typeof sides, number[]> = { kinetorch: [], python: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = round % 2 === 0 ? (['kinetorch', 'python'] as const) : (['python', 'kinetorch'] as const);
    for (const side of order) {
      const { stdout } = await sides[side]();
      medians[side].push(median((JSON.parse(stdout) as number[]).slice(warmup)));
    }
  }
  const ratios = medians.python.map((time, round) => time / (medians.kinetorch[round] as number));
  console.log(
    JSON.stringify({
      architecture: task.architecture,
      clip: [task.frames, task.height, task.width],
      batch: task.batch,
      optimizer: task.optimizer,
      threads,
      kinetorchMs: medians.kinetorch.map(Math.round),
      pythonMs: medians.python.map(Math.round),
      ratio: { median: round2(median(ratios)), min: round2(Math.min(...ratios)), max: round2(Math.max(...ratios)) },
    }),
  );
}

const round2 = (value: number) => Math.round(value * 100) / 100;

async function main(): Promise<void> {
  for (const one of cases) {
    const { architecture, classes, frames, height, width, resize } = one;
    const model = await createModel({ architecture, numClasses: classes, input: { frames, height, width, resize } });
    const { parameters } = await inspectModel(model);
    await compare({ ...one, ...machine, parameters });
  }
}

main();

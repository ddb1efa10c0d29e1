import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createModel, inspectModel } from '../../dist';
import { median } from '../harness/statistics';
import type { Task } from '../training/task';
import type { TrainingCase } from './cases';
import type { Clock } from './clock';
import type { TrainingResult } from './results';

const run = promisify(execFile);
const classes = 400;
const loops = join(__dirname, '..', 'training');

/** `train` against a loop in Python of the same settings, a process each a round, in turn. */
export async function measureTraining(
  one: TrainingCase,
  { device, python, quick, threads }: { device: 'cpu' | 'cuda'; python: string; quick: boolean; threads: number },
  clock: Clock,
): Promise<TrainingResult> {
  // The first steps of a process pay for its set-up.
  const [rounds, warmup, steps] = quick ? [1, 1, 3] : [2, 8, 48];
  const { architecture, frames, height, width, resize, batch, optimizer } = one;
  const model = await createModel({ architecture, numClasses: classes, input: { frames, height, width, resize } });
  const { parameters, gflops } = await inspectModel(model);
  // The processor has no fast bfloat16.
  const precision = device === 'cuda' ? 'bfloat16' : 'float32';
  const task: Task = { ...one, classes, parameters, steps, threads, device, precision };
  const text = JSON.stringify(task);
  const stepsPerSecond = async (program: string, file: string) => {
    const { stdout } = await run(program, [join(loops, file), text], { timeout: clock.patienceMs() });
    return 1000 / median((JSON.parse(stdout) as number[]).slice(warmup));
  };
  const sides = {
    kinetorch: () => stepsPerSecond(process.execPath, 'kinetorchLoop.js'),
    python: () => stepsPerSecond(python, 'python_loop.py'),
  };
  const found = { kinetorch: { stepsPerSecond: [] as number[] }, python: { stepsPerSecond: [] as number[] } };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (['kinetorch', 'python'] as const) : (['python', 'kinetorch'] as const);
    for (const side of order) found[side].stepsPerSecond.push(await sides[side]());
  }
  return {
    ...{ architecture, clip: [frames, height, width], batch, optimizer, precision, ...found },
    gigaflops: 3 * 2 * (gflops ?? Number.NaN) * batch,
  };
}

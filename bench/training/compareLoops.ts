import { execFile } from 'node:child_process';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { createModel, inspectModel } from '../../dist';
import { inTurn } from '../harness/inTurn';
import { median } from '../harness/statistics';
import type { Task } from './task';

const run = promisify(execFile);
// scripts/gpu/check.sh has compiled this file; elsewhere tsx runs it.
const extension = extname(__filename);
const loop =
  extension === '.js'
    ? [join(__dirname, 'kinetorchLoop.js')]
    : ['--import', 'tsx', join(__dirname, 'kinetorchLoop.ts')];

/** Median milliseconds a step, round by round. */
export interface LoopTimes {
  kinetorch: number[];
  python: number[];
}

/**
 * `train` against a loop in Python of the same settings, a process each a round, in turn.
 *
 * @param warmup steps of a process that are not counted: the first pay for its set-up
 */
export async function compareLoops(
  task: Omit<Task, 'parameters'>,
  { python, rounds, warmup, timeout }: { python: string; rounds: number; warmup: number; timeout?: () => number },
): Promise<LoopTimes & { gflops: number }> {
  const { architecture, classes, frames, height, width, resize, threads } = task;
  const model = await createModel({ architecture, numClasses: classes, input: { frames, height, width, resize } });
  const { parameters, gflops } = await inspectModel(model);
  const text = JSON.stringify({ ...task, parameters: parameters ?? Number.NaN } satisfies Task);
  const programs: Record<keyof LoopTimes, [string, ...string[]]> = {
    kinetorch: [process.execPath, ...loop, text],
    python: [python, join(__dirname, 'python_loop.py'), text],
  };
  const times: LoopTimes = { kinetorch: [], python: [] };
  await inTurn(['kinetorch', 'python'] as const, rounds, async (side) => {
    const [program, ...args] = programs[side];
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
    const { stdout } = await run(program, args, { env, timeout: timeout?.() });
    times[side].push(median((JSON.parse(stdout) as number[]).slice(warmup)));
  });
  return { ...times, gflops: gflops ?? Number.NaN };
}

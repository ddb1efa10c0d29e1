import { compareLoops } from '../training/compareLoops';
import type { TrainingCase } from './cases';
import type { Clock } from './clock';
import type { TrainingResult } from './results';

const classes = 400;

/** `train` against a loop in Python, in steps a second. */
export async function measureTraining(
  one: TrainingCase,
  { device, python, quick, threads }: { device: 'cpu' | 'cuda'; python: string; quick: boolean; threads: number },
  clock: Clock,
): Promise<TrainingResult> {
  const [rounds, warmup, steps] = quick ? [1, 1, 3] : [2, 8, 48];
  // The processor has no fast bfloat16.
  const precision = device === 'cuda' ? 'bfloat16' : 'float32';
  const timeout = () => clock.patienceMs();
  const task = { ...one, classes, steps, threads, device, precision } as const;
  const { kinetorch, python: loop, gflops } = await compareLoops(task, { python, rounds, warmup, timeout });
  const rate = (times: number[]) => ({ stepsPerSecond: times.map((milliseconds) => 1000 / milliseconds) });
  const { architecture, frames, height, width, batch, optimizer } = one;
  return {
    ...{ architecture, clip: [frames, height, width], batch, optimizer, precision },
    ...{ kinetorch: rate(kinetorch), python: rate(loop), gigaflops: 3 * 2 * gflops * batch },
  };
}

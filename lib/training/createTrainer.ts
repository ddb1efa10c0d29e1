import type { NativeTrainer } from '../../binding';
import { callNative, native } from '../native';
import { type RunPlan, trainerOptions } from './runPlan';

/** The network that a run starts from, in training. */
export async function createTrainer(plan: RunPlan): Promise<NativeTrainer> {
  const file = await plan.start.open(plan.data.labels);
  try {
    return await callNative(() => native().NativeTrainer.create(file, trainerOptions(plan)));
  } finally {
    file.close();
  }
}

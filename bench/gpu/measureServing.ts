import type { PreparedNetwork } from '../harness/prepareNetwork';
import { busyShare } from './busyShare';
import type { Plan } from './cases';
import type { Clock } from './clock';
import { type Engine, type EngineName, type Engines, loadTask } from './engines';
import type { GpuInfo, ServingResult } from './results';

interface Saturation {
  clipsPerSecond: number;
  delay?: { p99: number };
}

/** Batches from which the rate is estimated. */
const trial = 10;

/** Many calls that always wait, for some seconds, and how much of that time the GPU computes; then PyTorch's eager mode. */
export async function measureServing(
  { network, batch, calls, seconds }: Plan['serving'],
  prepared: PreparedNetwork,
  engines: Engines,
  gpu: GpuInfo,
  clock: Clock,
): Promise<ServingResult> {
  const one = { id: '', network, batch, camera: false, engines: [] };
  const task = `load ${JSON.stringify(loadTask(one, prepared))}`;
  const measure = async (name: EngineName, more: string) => {
    const engine: Engine = await engines.get(name);
    await engine.ask(task, clock.patienceMs());
    const saturate = (batches: number) => engine.ask<Saturation>(`saturate ${batches}${more}`, clock.patienceMs());
    const { clipsPerSecond } = await saturate(trial);
    const work = () => saturate(Math.ceil((seconds * clipsPerSecond) / batch));
    const [answer, busy] = gpu.uuid ? await busyShare(gpu.uuid, work) : [await work(), null];
    return { ...answer, busy };
  };
  const { clipsPerSecond, delay, busy } = await measure('kinetorch', ` ${calls}`);
  const eager = await measure('eager', '').catch(() => null);
  return {
    ...{ network: network.architecture, batch, calls, clipsPerSecond, busy, delayP99: delay?.p99 ?? Number.NaN },
    eager: eager && { clipsPerSecond: eager.clipsPerSecond, busy: eager.busy },
  };
}

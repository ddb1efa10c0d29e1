import type { PreparedNetwork } from '../harness/prepareNetwork';
import { busyShare } from './busyShare';
import type { Plan } from './cases';
import { batchesWaiting, type Engines, type GpuEngine, loadTask } from './engines';
import type { GpuInfo, ServingResult } from './results';

/** Batches from which the rate is estimated. */
const trial = 10;

/** Many calls that always wait, for some seconds, and how much of that time the GPU computes; then PyTorch's eager mode. */
export async function measureServing(
  { network, batch, seconds }: Plan['serving'],
  prepared: PreparedNetwork,
  engines: Engines,
  gpu: GpuInfo,
): Promise<ServingResult> {
  const task = loadTask({ id: '', network, batch, camera: false, engines: [] }, prepared, engines.device);
  const measure = async (name: GpuEngine) => {
    const engine = await engines.get(name);
    await engine.load(task);
    const { clipsPerSecond } = await engine.saturate(trial, batchesWaiting);
    const work = () => engine.saturate(Math.ceil((seconds * clipsPerSecond) / batch), batchesWaiting);
    const [answer, busy] = gpu.uuid ? await busyShare(gpu.uuid, work) : [await work(), null];
    return { ...answer, busy };
  };
  const { clipsPerSecond, delay, busy } = await measure('kinetorch');
  const eager = await measure('eager_channels_last').catch(() => null);
  return {
    ...{ network: network.architecture, batch, calls: batchesWaiting * batch, clipsPerSecond, busy },
    delayP99: delay?.p99 ?? Number.NaN,
    eager: eager && { clipsPerSecond: eager.clipsPerSecond, busy: eager.busy },
  };
}

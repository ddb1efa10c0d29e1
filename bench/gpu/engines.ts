import { join } from 'node:path';
import type { EngineName } from '../harness/cases';
import { EngineProcess } from '../harness/engineProcess';
import { type LoadTask, taskOf } from '../harness/loadTask';
import { type PreparedNetwork, sharedPeers } from '../harness/prepareNetwork';
import type { GpuCase } from './cases';
import type { Clock } from './clock';

export const engineTitles = {
  kinetorch: 'Kinetorch',
  eager_channels_last: 'PyTorch eager',
  torchscript: 'TorchScript',
  compile: 'torch.compile, max-autotune',
} satisfies Partial<Record<EngineName, string>>;

export type GpuEngine = keyof typeof engineTitles;

/** Batches whose calls wait or are under way: one computes, one is uploaded, and two are there when these are done. */
export const batchesWaiting = 4;

/** Engines in processes of their own, one each for all cases: to start one takes seconds. */
export class Engines {
  readonly #running = new Map<GpuEngine, EngineProcess>();

  constructor(
    private readonly python: string,
    readonly device: 'cpu' | 'cuda',
    private readonly clock: Clock,
  ) {}

  /** Starts it where it does not run. */
  async get(name: GpuEngine): Promise<EngineProcess> {
    const running = this.#running.get(name);
    if (running) return running;
    const peer = (file: string) => join(sharedPeers, file);
    const program = {
      ...{ name, title: engineTitles[name], log: `gpu-${name}`, env: { PYTHONPATH: sharedPeers } },
      command: (name === 'kinetorch'
        ? [process.execPath, peer('kinetorch.cjs')]
        : [this.python, peer('torch_peer.py'), name, this.device]) as [string, ...string[]],
    };
    const started = await EngineProcess.start(program, () => this.clock.patienceMs());
    this.#running.set(name, started);
    return started;
  }

  /** After an engine did not answer: what it does now is not known. */
  drop(name: GpuEngine): void {
    this.#running.get(name)?.kill();
    this.#running.delete(name);
  }

  /** Frees what they hold on the device. */
  close(): void {
    for (const name of this.#running.keys()) this.drop(name);
  }
}

export function loadTask(
  one: GpuCase,
  prepared: Pick<PreparedNetwork, 'folder' | 'mean' | 'std'>,
  device: 'cpu' | 'cuda',
): LoadTask {
  const task = taskOf(one, prepared);
  const camera = one.camera ? one.network.camera : undefined;
  if (camera) Object.assign(task, { ...camera, clips: join(prepared.folder, 'camera.u8') });
  return {
    ...{ ...task, call: 'classify', warmCalls: 3 },
    loadOptions: {
      device,
      precision: device === 'cpu' ? 'float32' : 'float16',
      input: { resize: task.resize },
      // A batch begins as soon as it is full; without a delay the first call would begin alone.
      batching: { maxBatchSize: one.batch, maxDelayMs: one.batch === 1 ? 0 : 50, maxQueue: 4096 },
    },
  };
}

import { join } from 'node:path';
import { EngineProcess } from '../harness/engineProcess';
import { classes, type NetworkCase, type PreparedNetwork, sharedPeers } from '../harness/prepareNetwork';
import type { InferenceCase, Size } from './cases';
import type { Clock } from './clock';

export const engineTitles = {
  kinetorch: 'Kinetorch',
  eager: 'PyTorch eager',
  torchscript: 'TorchScript',
  compile: 'torch.compile, max-autotune',
};

export type EngineName = keyof typeof engineTitles;

/** What an engine is told to load, as JSON. */
export interface LoadTask extends Omit<NetworkCase, 'name'> {
  classes: number;
  folder: string;
  /** File of uint8 N×T×H×W×3. */
  clips: string;
  source: Size;
  resize: Size;
  crop: Size;
  mean: readonly number[];
  std: readonly number[];
  batch: number;
}

export type Engine = EngineProcess<EngineName, { version: string }>;

/** Engines in processes of their own, one each for all cases: to start one takes seconds. */
export class Engines {
  readonly #running = new Map<EngineName, Engine>();

  constructor(
    private readonly python: string,
    private readonly device: string,
    private readonly clock: Clock,
  ) {}

  /** Starts it where it does not run. */
  async get(name: EngineName): Promise<Engine> {
    const running = this.#running.get(name);
    if (running) return running;
    const peer = (file: string) => join(__dirname, 'peers', file);
    const started: Engine = await EngineProcess.start(
      {
        name,
        title: engineTitles[name],
        command:
          name === 'kinetorch'
            ? [process.execPath, peer('kinetorch.cjs'), this.device]
            : [this.python, peer('torch_peer.py'), name, this.device],
        env: { PYTHONPATH: sharedPeers },
        log: `gpu-${name}`,
      },
      this.clock.patienceMs(),
    );
    this.#running.set(name, started);
    return started;
  }

  /** After an engine did not answer: what it does now is not known. */
  drop(name: EngineName): void {
    this.#running.get(name)?.kill();
    this.#running.delete(name);
  }

  /** Frees what they hold on the device. */
  close(): void {
    for (const name of this.#running.keys()) this.drop(name);
  }
}

export function loadTask({ network, batch, camera }: InferenceCase, prepared: PreparedNetwork): LoadTask {
  const { architecture, frames, height, width } = network;
  const { folder, mean, std } = prepared;
  const crop: Size = [height, width];
  const { source, resize } = (camera ? network.camera : undefined) ?? { source: crop, resize: crop };
  return {
    ...{ architecture, classes, frames, height, width, folder, mean, std, source, resize, crop, batch },
    clips: join(folder, camera ? 'camera.u8' : 'clips.u8'),
  };
}

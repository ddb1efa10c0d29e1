import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineName } from '../harness/cases';
import { EngineProcess } from '../harness/engineProcess';
import { type LoadTask, taskOf } from '../harness/loadTask';
import { type PreparedNetwork, sharedPeers } from '../harness/prepareNetwork';
import { newResult, shareOfSameClass, worstError } from '../harness/results';
import { workFolder } from '../harness/workFolder';
import type { CpuCase } from './cases';
import { engines } from './engines';
import type { CpuEngineResult } from './results';
import type { Peers } from './setup';

/** Threads that spin for a while after their work are asleep by then. */
const restMs = 100;

/** The engines of one case, all started, one of them at work at a time. What they remember on disk starts empty. */
export class Session {
  /** Those that gave a first result. */
  readonly processes: EngineProcess[] = [];
  readonly #started = new Set<EngineProcess>();
  readonly #results = new Map<EngineName, CpuEngineResult>();
  readonly #task: LoadTask;
  readonly #caches: string;

  constructor(
    readonly one: CpuCase,
    private readonly peers: Peers,
    private readonly prepared: PreparedNetwork,
    threads: number,
  ) {
    this.#caches = mkdtempSync(join(workFolder, 'caches-'));
    const plans = join(this.#caches, 'plans');
    mkdirSync(plans);
    // A batch begins as soon as it is full; without a delay the first call would begin alone.
    const maxDelayMs = one.kind === 'serving' || one.batch === 1 ? 0 : 1000;
    const batching = { maxBatchSize: one.batch, maxDelayMs };
    this.#task = {
      ...{ ...taskOf(one, prepared), call: 'forward', warmCalls: 0, threads },
      loadOptions: { device: 'cpu', threads, tuning: { folder: plans }, batching },
    };
  }

  /** One that cannot be started is left out, with a message. */
  async start(names: readonly EngineName[]): Promise<void> {
    for (const name of names) {
      try {
        const process = await this.#start(name);
        this.#started.add(process);
        this.#results.set(name, await this.#firstResult(process));
        this.processes.push(process);
      } catch (error) {
        console.error(`✘ ${this.one.id}: ${(error as Error).message}`);
      }
    }
  }

  /** Starts those anew that remember something. Only after the measurements: it needs the machine for itself. */
  async startAgain(): Promise<void> {
    for (const { name } of this.processes.filter(({ name }) => engines[name].remembers)) {
      const again = await this.#start(name);
      await again.load(this.#taskOf(name));
      this.result(name).secondStartMs = again.age;
      await again.stop();
    }
  }

  /** What is known so far of an engine that was started. */
  result(name: EngineName): CpuEngineResult {
    return this.#results.get(name) as CpuEngineResult;
  }

  async rest(): Promise<void> {
    await pause(restMs);
  }

  /** Results of all engines, with the peak of their memory. */
  async finish(): Promise<CpuEngineResult[]> {
    for (const process of this.processes) this.result(process.name).peakBytes = await process.stop();
    return this.processes.map(({ name }) => this.result(name));
  }

  /** For every way out: ends what still runs. */
  close(): void {
    for (const process of this.#started) process.kill();
    rmSync(this.#caches, { recursive: true, force: true });
  }

  async #start(name: EngineName): Promise<EngineProcess> {
    await this.rest();
    const { architecture, frames, height, batch, threads } = this.#task;
    const { title, command } = engines[name];
    return EngineProcess.start({
      name,
      title,
      command: command(this.peers, this.#task),
      env: {
        OMP_NUM_THREADS: String(threads),
        PYTHONPATH: sharedPeers,
        TORCHINDUCTOR_CACHE_DIR: join(this.#caches, 'inductor'),
      },
      log: `${architecture}-${frames}x${height}-${batch}-${name}`,
    });
  }

  async #firstResult(process: EngineProcess): Promise<CpuEngineResult> {
    const logits = await process.load(this.#taskOf(process.name));
    const firstResultMs = process.age;
    const { reference } = this.prepared;
    const error = worstError(logits, reference);
    const agreement = shareOfSameClass(logits, reference);
    return { ...newResult(process, error), error, agreement, firstResultMs, peakBytes: 0, preprocessMs: [] };
  }

  #taskOf(name: EngineName): LoadTask {
    const { precision = 'float32' } = engines[name];
    return { ...this.#task, loadOptions: { ...this.#task.loadOptions, precision } };
  }
}

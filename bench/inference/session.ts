import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EngineProcess } from '../harness/engineProcess';
import { classes, type PreparedNetwork } from '../harness/prepareNetwork';
import { relativeError } from '../harness/statistics';
import { workFolder } from '../harness/workFolder';
import type { Case } from './cases';
import { type EngineName, engines } from './engines';
import type { EngineResult } from './results';
import type { Peers } from './setup';
import type { Task } from './task';

/** What an engine says once it has its first result. */
interface Hello {
  version: string;
  logits: number[][];
}

export type Engine = EngineProcess<EngineName, Hello>;

/** Threads that spin for a while after their work are asleep by then. */
const restMs = 100;

/** The engines of one case, all started, one of them at work at a time. What they remember on disk starts empty. */
export class Session {
  readonly processes: Engine[] = [];
  readonly #results = new Map<EngineName, EngineResult>();
  readonly #task: Task;
  readonly #caches: string;

  constructor(
    readonly one: Case,
    private readonly peers: Peers,
    private readonly prepared: PreparedNetwork,
    threads: number,
  ) {
    this.#caches = mkdtempSync(join(workFolder, 'caches-'));
    const { architecture, frames, height, width } = one.network;
    const { folder, mean, std } = prepared;
    this.#task = {
      ...{ architecture, classes, frames, height, width, batch: one.batch, threads, mean, std, folder },
      ...{ packages: peers.packages, plans: join(this.#caches, 'plans'), serving: one.kind === 'serving' },
    };
    mkdirSync(this.#task.plans);
  }

  /** One that cannot be started is left out, with a message. */
  async start(names: readonly EngineName[]): Promise<void> {
    for (const name of names) {
      try {
        const process = await this.#start(name);
        this.processes.push(process);
        this.#results.set(name, this.#firstResult(process));
      } catch (error) {
        console.error(`✘ ${this.one.id}: ${(error as Error).message}`);
      }
    }
  }

  /** Starts those anew that remember something. Only after the measurements: it needs the machine for itself. */
  async startAgain(): Promise<void> {
    for (const { name } of this.processes.filter(({ name }) => engines[name].remembers)) {
      const again = await this.#start(name);
      this.result(name).secondStartMs = again.readyMs;
      await again.stop();
    }
  }

  /** What is known so far of an engine that was started. */
  result(name: EngineName): EngineResult {
    return this.#results.get(name) as EngineResult;
  }

  async rest(): Promise<void> {
    await pause(restMs);
  }

  /** Results of all engines, with the peak of their memory. */
  async finish(): Promise<EngineResult[]> {
    for (const process of this.processes) this.result(process.name).peakBytes = await process.stop();
    return this.processes.map(({ name }) => this.result(name));
  }

  /** For every way out: ends what still runs. */
  close(): void {
    for (const process of this.processes) process.kill();
    rmSync(this.#caches, { recursive: true, force: true });
  }

  async #start(name: EngineName): Promise<Engine> {
    await this.rest();
    const { architecture, frames, height, batch, threads } = this.#task;
    const { title, command } = engines[name];
    return EngineProcess.start({
      name,
      title,
      command: command(this.peers, this.#task),
      env: { OMP_NUM_THREADS: String(threads), TORCHINDUCTOR_CACHE_DIR: join(this.#caches, 'inductor') },
      log: `${architecture}-${frames}x${height}-${batch}-${name}`,
    });
  }

  #firstResult({ name, hello: { version, logits }, readyMs }: Engine): EngineResult {
    const errors = logits.map((row, clip) => relativeError(row, this.prepared.reference[clip] ?? []));
    return { engine: name, version, rounds: [], firstResultMs: readyMs, peakBytes: 0, error: Math.max(...errors) };
  }
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Case } from './cases';
import { EngineProcess } from './engineProcess';
import { type EngineName, engines } from './engines';
import { classes, type PreparedNetwork } from './prepareNetwork';
import type { EngineResult } from './results';
import { type Peers, workFolder } from './setup';
import { relativeError } from './statistics';
import type { Task } from './task';

/** Threads that spin for a while after their work are asleep by then. */
const restMs = 100;

/** The engines of one case, all started, one of them at work at a time. What they remember on disk starts empty. */
export class Session {
  readonly processes: EngineProcess[] = [];
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
      this.result(name).secondStartMs = again.firstResultMs;
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

  async #start(name: EngineName): Promise<EngineProcess> {
    await this.rest();
    const environment = { TORCHINDUCTOR_CACHE_DIR: join(this.#caches, 'inductor') };
    return EngineProcess.start(name, this.peers, this.#task, environment);
  }

  #firstResult({ name, hello: { version, logits }, firstResultMs }: EngineProcess): EngineResult {
    const errors = logits.map((row, clip) => relativeError(row, this.prepared.reference[clip] ?? []));
    return { engine: name, version, rounds: [], firstResultMs, peakBytes: 0, error: Math.max(...errors) };
  }
}

/** Of the checkout, with `+` where files differ from it. */
export function commitOf(folder: string): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '-uno') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

import { setTimeout } from 'node:timers/promises';
import type {
  NativeClip,
  NativeClipTensor,
  NativeMapRequest,
  NativeModel,
  NativeOutput,
  NativeResult,
  NativeStats,
} from '../../../binding';
import { type ErrorCode, KinetorchError } from '../../base/errors';
import { copyData } from '../../clip/copyData';
import type { LoadedModel } from './messages';
import { type ModelClient, processError } from './modelClient';
import { resultsSchema } from './replySchemas';

/** A network in a locked process that has loaded it. */
export interface StartedModel {
  client: ModelClient;
  loaded: LoadedModel;
  stats: NativeStats;
}

/** A call that was begun. */
interface Run {
  /** In the process's numbers; null while it waits for a process. */
  id: number | null;
  cancelled: KinetorchError | null;
}

/** Of one output of one clip: a map of features of the largest networks has a tenth of it. */
const outputBytes = 2 ** 24;
/** Of a model that is disposed of, which finishes what it has accepted. */
const lastSilenceMs = 10_000;
/** Between the starts of two processes. */
const restartMs = 1000;

/**
 * What the native layer's model is, for one that runs in a locked process. Where that has ended, the next call starts
 * another.
 */
export class IsolatedModel implements NativeModel {
  readonly devices: string[];
  readonly precision: string;
  readonly outputs: NativeOutput[];
  readonly output: string;
  readonly warnings: string[];
  private started: Promise<StartedModel>;
  private startedAt = performance.now();
  private client: ModelClient;
  private lastStats: NativeStats;
  /** By the caller's own numbers. */
  private readonly runs = new Map<number, Run>();

  constructor(
    first: StartedModel,
    private readonly start: () => Promise<StartedModel>,
    private readonly classes: number,
  ) {
    const { loaded } = first;
    this.started = Promise.resolve(first);
    this.client = first.client;
    this.devices = loaded.devices;
    this.precision = loaded.precision;
    this.outputs = loaded.outputs;
    this.output = loaded.output;
    this.warnings = loaded.warnings;
    this.lastStats = first.stats;
  }

  /** The process keeps its own. */
  keepFile(): void {}

  async run(
    requestId: number,
    input: NativeClip | NativeClipTensor,
    outputs: NativeOutput[],
    topK: number,
    map: NativeMapRequest | null,
  ): Promise<NativeResult[]> {
    // The caller may write to it as soon as this returns for the first time.
    const own = { ...input, data: copyData(input.data) } as typeof input;
    const begun: Run = { id: null, cancelled: null };
    this.runs.set(requestId, begun);
    try {
      const client = await this.running();
      if (begun.cancelled !== null) throw begun.cancelled;
      begun.id = client.reserveId();
      const clips = 'clips' in input ? input.clips : 1;
      const answerBytes = clips * (outputs.length + 2) * outputBytes;
      const given = await client.call('run', { input: own, outputs, topK, map }, answerBytes, begun.id);
      const results = resultsSchema({ clips, classes: this.classes, outputs, topK }).safeParse(given);
      if (results.success) return results.data;
      const reason = 'was stopped because it gave what no network gives';
      client.kill(reason);
      throw processError(reason);
    } finally {
      this.runs.delete(requestId);
    }
  }

  cancel(requestId: number, code: string, message: string): boolean {
    const begun = this.runs.get(requestId);
    if (begun === undefined) return false;
    if (begun.id !== null) this.client.cancel(begun.id, code, message);
    else begun.cancelled = new KinetorchError(code as ErrorCode, message);
    return true;
  }

  /** As of the last answer. */
  stats(): NativeStats {
    this.lastStats = this.client.stats ?? this.lastStats;
    return this.lastStats;
  }

  async dispose(): Promise<void> {
    // One that is being started may have been asked for by calls that were accepted.
    const started = await this.started.catch(() => null);
    if (started === null) return;
    const { client } = started;
    client.hurry(lastSilenceMs);
    await client.call('dispose', {}, 0).catch(() => {});
    client.kill('was disposed of');
  }

  private async running(): Promise<ModelClient> {
    const started = this.started;
    const { client } = await started;
    if (client.isAlive) return client;
    // The first that finds it gone starts the next, for all.
    if (this.started === started) {
      this.started = this.restarted();
      this.started.catch(() => {
        this.started = started;
      });
    }
    this.client = (await this.started).client;
    return this.client;
  }

  /** Not one after the other without a pause: a file may end its process with every clip. */
  private async restarted(): Promise<StartedModel> {
    await setTimeout(Math.max(0, this.startedAt + restartMs - performance.now()));
    this.startedAt = performance.now();
    return this.start();
  }
}

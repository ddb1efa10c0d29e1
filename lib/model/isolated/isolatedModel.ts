import type {
  NativeClip,
  NativeClipTensor,
  NativeMapRequest,
  NativeModel,
  NativeOutput,
  NativeResult,
  NativeStats,
} from '../../../binding';
import type { LoadedModel } from './messages';
import { type ModelClient, processError } from './modelClient';
import { resultsSchema, statsSchema } from './replySchemas';

/** A network in a locked process that has loaded it. */
export interface StartedModel {
  client: ModelClient;
  loaded: LoadedModel;
}

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
  private client: ModelClient;
  private lastStats: NativeStats;
  /** In the process's numbers, by the caller's own. */
  private readonly ids = new Map<number, number>();

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
    this.lastStats = statsSchema.parse(first.client.stats);
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
    const own = { ...input, data: input.data.slice() } as typeof input;
    const client = await this.running();
    const id = client.reserveId();
    this.ids.set(requestId, id);
    try {
      const given = await client.call('run', { input: own, outputs, topK, map }, id);
      const clips = 'clips' in input ? input.clips : 1;
      const results = resultsSchema({ clips, classes: this.classes, outputs, topK }).safeParse(given);
      if (results.success) return results.data;
      client.kill('was stopped because it gave what no network gives');
      throw processError('was stopped because it gave what no network gives');
    } finally {
      this.ids.delete(requestId);
    }
  }

  cancel(requestId: number, code: string, message: string): boolean {
    const id = this.ids.get(requestId);
    if (id !== undefined) this.client.cancel(id, code, message);
    return id !== undefined;
  }

  /** As of the last answer; of the process that runs now. */
  stats(): NativeStats {
    const stats = statsSchema.safeParse(this.client.stats);
    if (stats.success) this.lastStats = stats.data;
    return this.lastStats;
  }

  async dispose(): Promise<void> {
    const { client } = this;
    if (client.isAlive) await client.call('dispose', {}).catch(() => {});
    client.kill('was disposed of');
  }

  private async running(): Promise<ModelClient> {
    const started = this.started;
    const { client } = await started;
    if (client.isAlive) return client;
    // The first that finds it gone starts the next, for all.
    if (this.started === started) {
      this.started = this.start();
      this.started.catch(() => {
        this.started = started;
      });
    }
    this.client = (await this.started).client;
    return this.client;
  }
}

import { KinetorchError } from '../../base/errors';
import { loadModel } from '../../model/loadModel';
import type { VideoModel } from '../../model/videoModel';
import type { FilledServerOptions } from '../options';
import { ClipQueue, type QueuePlace } from './clipQueue';
import type { ModelPlace } from './findModels';
import { ModelStatistics } from './modelStatistics';

/** As the model repository's index calls them. */
export type ModelState = 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';

/** A network that was loaded, and who still uses it. */
interface Loaded {
  model: VideoModel;
  version: string;
  users: number;
  /** Set when another takes over: told once nobody uses it any more. */
  unused: (() => void) | null;
}

/**
 * A model as callers know it, by its name. The network behind it may be replaced at any time: the new one is loaded beside
 * the old and takes over between two clips. Who has begun with the old one ends with it, and then it is disposed of.
 */
export class ServedModel {
  readonly queue: ClipQueue;
  readonly statistics = new ModelStatistics();
  private loaded: Loaded | null = null;
  private loading: Promise<void> | null = null;
  private current: ModelState = 'UNAVAILABLE';
  /** Why it is not there. */
  reason = 'not loaded';

  constructor(
    readonly name: string,
    private readonly options: FilledServerOptions,
  ) {
    // Two batches: one runs while the next gathers.
    this.queue = new ClipQueue(2 * options.maxBatchSize, options.maxQueue);
  }

  get state(): ModelState {
    return this.current;
  }

  get isReady(): boolean {
    return this.loaded !== null;
  }

  get version(): string | null {
    return this.loaded?.version ?? null;
  }

  /** The network, to be asked what it is like, not to be run: see {@link run} and {@link use}. Throws `ERR_DISPOSED`. */
  get model(): VideoModel {
    return this.ready().model;
  }

  /** Runs one clip in its turn. */
  run<T>(place: QueuePlace, work: (model: VideoModel) => Promise<T>): Promise<{ result: T; waitedMs: number }> {
    return this.queue.run(place, () => this.use(work));
  }

  /** Works with the network, which stays until the work has ended, and is told its version. */
  async use<T>(work: (model: VideoModel, version: string) => Promise<T>): Promise<T> {
    const loaded = this.ready();
    loaded.users++;
    try {
      return await work(loaded.model, loaded.version);
    } finally {
      loaded.users--;
      if (loaded.users === 0) loaded.unused?.();
    }
  }

  /** Loads what lies there and has it take over; where that fails, the one before goes on and the error is the caller's. */
  async load(place: ModelPlace): Promise<void> {
    // One after the other: the last one asked for is the one that stays.
    const before = this.loading ?? Promise.resolve();
    const mine = before.catch(() => {}).then(() => this.replace(place));
    this.loading = mine;
    await mine;
  }

  async unload(): Promise<void> {
    await this.loading?.catch(() => {});
    this.current = 'UNLOADING';
    const old = this.loaded;
    this.loaded = null;
    if (old !== null) await retire(old);
    this.current = 'UNAVAILABLE';
    this.reason = 'unloaded';
  }

  private async replace({ path, version }: ModelPlace): Promise<void> {
    this.current = this.loaded === null ? 'LOADING' : 'READY';
    try {
      const { device, precision, threads, maxBatchSize, maxVideos } = this.options;
      // The native queue is never full: ClipQueue lets in fewer.
      const batching = { maxBatchSize, maxQueue: 100_000 };
      const model = await loadModel(path, { device, precision, threads, batching, maxVideos });
      const old = this.loaded;
      this.loaded = { model, version, users: 0, unused: null };
      this.current = 'READY';
      this.reason = '';
      if (old !== null) void retire(old);
    } catch (error) {
      this.reason = (error as Error).message;
      if (this.loaded === null) this.current = 'UNAVAILABLE';
      throw error;
    }
  }

  private ready(): Loaded {
    if (this.loaded !== null) return this.loaded;
    throw new KinetorchError(
      'ERR_DISPOSED',
      `expected model '${this.name}' to be loaded but it is not: ${this.reason}`,
    );
  }
}

/** Waits until nobody uses it and frees it. */
async function retire(loaded: Loaded): Promise<void> {
  if (loaded.users > 0) {
    await new Promise<void>((resolve) => {
      loaded.unused = resolve;
    });
  }
  await loaded.model.dispose();
}

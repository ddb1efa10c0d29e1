import { KinetorchError } from '../../base/errors';
import { loadModel } from '../../model/loadModel';
import type { VideoModel } from '../../model/videoModel';
import type { OnVideoStep, VideoStep } from '../../model/videoSteps';
import type { FilledServerOptions } from '../options';
import { ClipQueue, type QueuePlace } from './clipQueue';
import type { ModelPlace } from './findModels';
import { fingerprintOf } from './fingerprint';
import { Histogram } from './histogram';
import { ModelStatistics } from './modelStatistics';

/** As the model repository's index calls them. */
export type ModelState = 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';

/** Is told of each step of a video. */
interface VideoRecord {
  step(name: VideoStep, beganAt: number): void;
}

/** A network that was loaded, and who still uses it. */
interface Loaded {
  model: VideoModel;
  version: string;
  /** Of the files, when it was loaded. */
  fingerprint: string;
  loadMs: number;
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
  /** Of clips, in {@link queue}. */
  readonly queueTimes = new Histogram();
  /** Of clips, from their turn to their result. */
  readonly runTimes = new Histogram();
  /** Of videos: until one is open, and until each of its clips is there. */
  readonly decodeTimes = new Histogram();
  readonly statistics = new ModelStatistics();
  private loaded: Loaded | null = null;
  private isLoading = false;
  private changing: Promise<void> = Promise.resolve();
  private readonly retiring = new Set<Promise<void>>();
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
    if (this.loaded !== null) return 'READY';
    if (this.isLoading) return 'LOADING';
    return this.retiring.size > 0 ? 'UNLOADING' : 'UNAVAILABLE';
  }

  get isReady(): boolean {
    return this.loaded !== null;
  }

  get version(): string | null {
    return this.loaded?.version ?? null;
  }

  /** The network, to be asked what it is like, not to be run: see {@link use}. Throws `ERR_DISPOSED`. */
  get model(): VideoModel {
    return this.ready().model;
  }

  /** How long the last load took, in milliseconds; null where it is not loaded. */
  get loadMs(): number | null {
    return this.loaded?.loadMs ?? null;
  }

  /** Runs one clip in its turn, by a network that {@link use} has given, so that all clips of an answer are of one. */
  async timed<T>(place: QueuePlace, work: () => Promise<T>): Promise<{ result: T; waitedMs: number }> {
    const askedAt = performance.now();
    return this.queue.run(place, async () => {
      const beganAt = performance.now();
      this.queueTimes.add(beganAt - askedAt);
      place.record?.step('queue', askedAt, beganAt);
      try {
        return await work();
      } finally {
        this.runTimes.add(performance.now() - beganAt);
        place.record?.step('run', beganAt);
      }
    });
  }

  /** Writes down what a video's time goes to. */
  timesOf(record: VideoRecord | undefined): OnVideoStep {
    return (step, beganAt) => {
      if (step === 'decode') this.decodeTimes.add(performance.now() - beganAt);
      record?.step(step, beganAt);
    };
  }

  /** Works with the network, which stays until the work has ended, and is told its version. */
  async use<T>(work: (model: VideoModel, version: string) => Promise<T>): Promise<T> {
    const { model, version, leave } = this.enter();
    try {
      return await work(model, version);
    } finally {
      leave();
    }
  }

  /** The same for work that gives one thing after the other: the network stays until the last was taken, or the taker left. */
  async *useWhile<T>(work: (model: VideoModel, version: string) => AsyncGenerator<T, void>): AsyncGenerator<T, void> {
    const { model, version, leave } = this.enter();
    try {
      yield* work(model, version);
    } finally {
      leave();
    }
  }

  /** Loads what lies there and has it take over; where that fails, the one before goes on and the error is the caller's. */
  load(place: ModelPlace): Promise<void> {
    return this.inTurn(() => this.replace(place));
  }

  /** Takes no new work; {@link freed} tells when what was accepted is done. */
  unload(): Promise<void> {
    return this.inTurn(async () => {
      this.retire(this.loaded);
      this.loaded = null;
      this.reason = 'unloaded';
    });
  }

  /** Resolves when nobody uses a network that was unloaded or replaced, and its memory is free. */
  async freed(): Promise<void> {
    await Promise.all(this.retiring);
  }

  /** Whether what lies there is what is loaded. */
  async isCurrent(place: ModelPlace): Promise<boolean> {
    return this.loaded !== null && this.loaded.fingerprint === (await fingerprintOf(place).catch(() => null));
  }

  /** One change after the other: the last one asked for is the one that stays. */
  private inTurn(change: () => Promise<void>): Promise<void> {
    const mine = this.changing.then(change);
    this.changing = mine.catch(() => {});
    return mine;
  }

  private async replace(place: ModelPlace): Promise<void> {
    this.isLoading = true;
    try {
      const loaded = await this.loadFrom(place);
      this.retire(this.loaded);
      this.loaded = loaded;
      this.reason = '';
    } catch (error) {
      this.reason = (error as Error).message;
      throw error;
    } finally {
      this.isLoading = false;
    }
  }

  private async loadFrom(place: ModelPlace): Promise<Loaded> {
    const beganAt = performance.now();
    // Before it is read: what is changed meanwhile is then seen to have changed.
    const fingerprint = await fingerprintOf(place);
    const { device, precision, threads, maxBatchSize, untrusted, isolate } = this.options;
    // Neither is ever full: ClipQueue and VideoAdmission let in fewer, and have a place again before the network has.
    const batching = { maxBatchSize, maxQueue: 100_000 };
    const maxVideos = 100_000;
    const trust = untrusted ? 'weights' : 'all';
    const file = { sha256: place.sha256, trust, isolate } as const;
    const model = await loadModel(place.path, { device, precision, threads, batching, maxVideos, ...file });
    const loadMs = performance.now() - beganAt;
    return { model, version: place.version, fingerprint, loadMs, users: 0, unused: null };
  }

  /** Frees a network once nobody uses it any more. */
  private retire(loaded: Loaded | null): void {
    if (loaded === null) return;
    const gone = retired(loaded).finally(() => this.retiring.delete(gone));
    // Where it fails, that is told to who waits for it, if anybody does.
    gone.catch(() => {});
    this.retiring.add(gone);
  }

  /** Counts one who uses the network, until it is told that he has left. */
  private enter() {
    const loaded = this.ready();
    loaded.users++;
    const leave = () => {
      loaded.users--;
      if (loaded.users === 0) loaded.unused?.();
    };
    return { model: loaded.model, version: loaded.version, leave };
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
async function retired(loaded: Loaded): Promise<void> {
  if (loaded.users > 0) {
    await new Promise<void>((resolve) => {
      loaded.unused = resolve;
    });
  }
  await loaded.model.dispose();
}

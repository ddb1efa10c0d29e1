import { setTimeout as delay } from 'node:timers/promises';
import { abortError, onAbort, throwIfAborted } from '../../base/abort';
import { AsyncQueue } from '../../base/asyncQueue';
import { KinetorchError } from '../../base/errors';
import type { FrameForm } from '../types';
import { LiveClient } from './liveClient';
import { LiveRun } from './liveRun';
import type { LiveSource } from './liveSource';

/** How a stream is watched over. */
export interface LiveLimits {
  /** Without a frame for so long it is begun anew, in milliseconds. */
  stallMs: number;
  /** The first wait before a stream is opened again, doubled each time, and the longest, in milliseconds. */
  retryMs: { first: number; most: number };
  /** Frames that may wait for the model, in seconds; of one that is further behind some is left out. */
  maxWaitSeconds: number;
}

export const liveLimits: LiveLimits = {
  stallMs: 10_000,
  retryMs: { first: 500, most: 30_000 },
  maxWaitSeconds: 2,
};

/** What becomes of a stream. */
export type LiveNotice =
  | { state: 'opening' }
  | { state: 'watching' }
  /** A run is over and the next begins: what lay between was not seen. */
  | { state: 'interrupted'; reason: string }
  /** It is opened again after `retryMs`. */
  | { state: 'lost'; reason: string; retryMs: number };

/**
 * The frames of a stream, as runs without a gap: where it breaks off it is opened again, for ever. The reader is to read each
 * run until it throws, and then takes the next, which begins with what is seen now. Ends by `ERR_ABORTED`, and by
 * `ERR_VIDEO_DECODER` or `ERR_UNSUPPORTED`, which would not change.
 */
export async function* liveRuns(
  source: LiveSource,
  form: FrameForm,
  {
    signal,
    onNotice,
    limits = liveLimits,
  }: { signal: AbortSignal; onNotice(notice: LiveNotice): void; limits?: LiveLimits },
): AsyncGenerator<LiveRun, void> {
  const { first, most } = limits.retryMs;
  for (let retryMs = first; ; ) {
    throwIfAborted(signal);
    onNotice({ state: 'opening' });
    const connection = new Connection(source, form, limits, onNotice);
    const leave = onAbort(signal, () => connection.end(abortError(signal)));
    try {
      yield* connection.runs;
    } catch (error) {
      if (!(error instanceof KinetorchError) || isForGood(error)) throw error;
      // One that has worked is tried again soon.
      if (connection.hasShown) retryMs = first;
      onNotice({ state: 'lost', reason: error.message, retryMs });
    } finally {
      leave();
      connection.end(new KinetorchError('ERR_ABORTED', 'nobody watches any more'));
    }
    await delay(retryMs, undefined, { signal }).catch(() => {});
    retryMs = Math.min(2 * retryMs, most);
  }
}

const isForGood = ({ code }: KinetorchError) =>
  ['ERR_ABORTED', 'ERR_DISPOSED', 'ERR_TIMEOUT', 'ERR_VIDEO_DECODER', 'ERR_UNSUPPORTED'].includes(code);

/** One process of a stream, from its start to its end. */
class Connection {
  hasShown = false;
  private readonly client: LiveClient;
  /** Those that nobody has taken yet, and in the end why it ended. */
  readonly runs = new AsyncQueue<LiveRun>();
  /** That frames go to. */
  private current: LiveRun | null = null;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(
    source: LiveSource,
    form: FrameForm,
    private readonly limits: LiveLimits,
    onNotice: (notice: LiveNotice) => void,
  ) {
    this.client = new LiveClient(source, form, {
      onOpen: () => this.seeToIt(),
      onPicture: (picture) => {
        this.seeToIt();
        if (!this.hasShown) onNotice({ state: 'watching' });
        this.hasShown = true;
        const over = this.current?.add(picture);
        if (over === null) return;
        if (over !== undefined) onNotice({ state: 'interrupted', reason: over.message });
        // Of runs that nobody has taken only the latest is of interest.
        this.runs.clear();
        this.current = new LiveRun(limits.maxWaitSeconds);
        this.current.add(picture);
        this.runs.push(this.current);
      },
      onEnd: (error) => this.end(error),
    });
    this.seeToIt();
  }

  end(error: KinetorchError): void {
    clearTimeout(this.watchdog);
    this.client.close();
    this.current?.end(error.message);
    this.runs.end(error);
  }

  /** It has shown a sign of life. */
  private seeToIt(): void {
    clearTimeout(this.watchdog);
    const { stallMs } = this.limits;
    this.watchdog = setTimeout(
      () => this.end(new KinetorchError('ERR_VIDEO_OPEN', `nothing came for ${stallMs / 1000} s`)),
      stallMs,
    );
  }
}

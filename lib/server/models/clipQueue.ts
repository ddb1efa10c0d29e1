import { abortError, onAbort, throwIfAborted } from '../../base/abort';
import { KinetorchError } from '../../base/errors';

/** How a clip waits. */
export interface QueuePlace {
  /** 1 is the highest; 0, the default, comes after all that have one. */
  priority?: number;
  /** Milliseconds until it is given up, `ERR_TIMEOUT`. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Is told of the time that it waited and ran. */
  record?: { step(name: 'queue' | 'decode' | 'run', beganAt: number, endedAt?: number): void };
}

interface Waiter {
  rank: number;
  enter(): void;
}

/**
 * Clips of one model that wait for their turn, before they reach the native layer's own queue, which is kept just long
 * enough for the next batches. Here they can still be overtaken, given up, and run by the model that takes over.
 */
export class ClipQueue {
  private readonly line: Waiter[] = [];
  private running = 0;

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  get waiting(): number {
    return this.line.length;
  }

  /**
   * Runs `work` in its turn; gives its result and the milliseconds that it waited. Rejects with `ERR_QUEUE_FULL`,
   * `ERR_TIMEOUT` (of waiting alone), `ERR_ABORTED`, or as `work` does.
   */
  async run<T>(place: QueuePlace, work: () => Promise<T>): Promise<{ result: T; waitedMs: number }> {
    throwIfAborted(place.signal);
    const began = performance.now();
    if (this.running >= this.maxRunning) await this.turn(place);
    else this.running++;
    const waitedMs = performance.now() - began;
    try {
      return { result: await work(), waitedMs };
    } finally {
      const next = this.line.shift();
      if (next === undefined) this.running--;
      else next.enter();
    }
  }

  private turn({ priority = 0, timeoutMs, signal }: QueuePlace): Promise<void> {
    if (this.line.length >= this.maxWaiting) {
      throw new KinetorchError(
        'ERR_QUEUE_FULL',
        `expected at most ${this.maxWaiting} clips to wait (maxQueue) but that many do`,
      );
    }
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        leave();
        end();
      };
      const giveUp = (error: KinetorchError) => {
        this.line.splice(this.line.indexOf(waiter), 1);
        settle(() => reject(error));
      };
      const waiter = { rank: priority === 0 ? Number.POSITIVE_INFINITY : priority, enter: () => settle(resolve) };
      const leave = onAbort(signal, () => giveUp(abortError(signal as AbortSignal)));
      const late = () =>
        giveUp(new KinetorchError('ERR_TIMEOUT', `expected a turn within ${timeoutMs} ms (queueTimeoutMs)`));
      const timer = setTimeout(late, timeoutMs);
      const behind = this.line.findIndex(({ rank }) => rank > waiter.rank);
      this.line.splice(behind < 0 ? this.line.length : behind, 0, waiter);
    });
  }
}

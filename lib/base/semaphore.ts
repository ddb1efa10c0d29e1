import { abortError, onAbort, throwIfAborted } from './abort';

/** Lets so many pieces of work run at once, and the others wait in the order in which they came. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Runs `work` when its turn has come. Rejects with `ERR_ABORTED` where `signal` aborts while it waits. */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    if (this.free > 0) this.free--;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      // The place goes to the next in line as it is; only with none waiting does it become free.
      const next = this.waiting.shift();
      if (next !== undefined) next();
      else this.free++;
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, () => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(abortError(signal as AbortSignal));
      });
      const enter = () => {
        leave();
        resolve();
      };
      this.waiting.push(enter);
    });
  }
}

import { abortError, onAbort, throwIfAborted } from './abort';

interface Waiter {
  enter: () => void;
  isFirst: boolean;
}

/** Lets so many in at once, and the others wait in the order in which they came. */
export class Semaphore {
  private readonly line: Waiter[] = [];

  constructor(private free: number) {}

  /** How many wait. */
  get waiting(): number {
    return this.line.length;
  }

  /**
   * A place, as the function that gives it back; calling that again does nothing. With `isFirst`, ahead of those who wait
   * without it. Rejects with `ERR_ABORTED` where `signal` aborts before there is a place.
   */
  async acquire(signal: AbortSignal | undefined, { isFirst = false } = {}): Promise<() => void> {
    const turn = this.enter(signal, isFirst);
    if (turn !== null) await turn;
    let isHeld = true;
    return () => {
      if (isHeld) this.passOn();
      isHeld = false;
    };
  }

  /** Runs `work` in a place of its own, at once where one is free. Rejects as {@link acquire} does, or as `work`. */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(signal, false);
    if (turn !== null) await turn;
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  /** Takes a free place, or gives what to wait for. */
  private enter(signal: AbortSignal | undefined, isFirst: boolean): Promise<void> | null {
    throwIfAborted(signal);
    if (this.free === 0) return this.turn(signal, isFirst);
    this.free--;
    return null;
  }

  /** The place goes to the next in line as it is; only with none waiting does it become free. */
  private passOn(): void {
    const next = this.line.shift();
    if (next !== undefined) next.enter();
    else this.free++;
  }

  private turn(signal: AbortSignal | undefined, isFirst: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, () => {
        this.line.splice(this.line.indexOf(waiter), 1);
        reject(abortError(signal as AbortSignal));
      });
      const enter = () => {
        leave();
        resolve();
      };
      const waiter = { enter, isFirst };
      const behind = isFirst ? this.line.findIndex((other) => !other.isFirst) : -1;
      this.line.splice(behind < 0 ? this.line.length : behind, 0, waiter);
    });
  }
}

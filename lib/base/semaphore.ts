import { abortError, onAbort, throwIfAborted } from './abort';

interface Waiter {
  enter: () => void;
  rank: number;
}

/** Lets so many in at once; the others wait by their rank, the lowest first, and among equals in the order of coming. */
export class Semaphore {
  private readonly line: Waiter[] = [];

  constructor(private free: number) {}

  /** How many wait. */
  get waiting(): number {
    return this.line.length;
  }

  /**
   * A place, as the function that gives it back; calling that again does nothing. Rejects with `ERR_ABORTED` where
   * `signal` aborts before there is a place.
   */
  async acquire(signal: AbortSignal | undefined, rank = 0): Promise<() => void> {
    const turn = this.enter(signal, rank);
    if (turn !== null) await turn;
    let isHeld = true;
    return () => {
      if (isHeld) this.passOn();
      isHeld = false;
    };
  }

  /** Runs `work` in a place of its own, at once where one is free. Rejects as {@link acquire} does, or as `work`. */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(signal, 0);
    if (turn !== null) await turn;
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  /** Takes a free place, or gives what to wait for. */
  private enter(signal: AbortSignal | undefined, rank: number): Promise<void> | null {
    throwIfAborted(signal);
    if (this.free === 0) return this.turn(signal, rank);
    this.free--;
    return null;
  }

  /** The place goes to the next in line as it is; only with none waiting does it become free. */
  private passOn(): void {
    const next = this.line.shift();
    if (next !== undefined) next.enter();
    else this.free++;
  }

  private turn(signal: AbortSignal | undefined, rank: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, () => {
        this.line.splice(this.line.indexOf(waiter), 1);
        reject(abortError(signal as AbortSignal));
      });
      const enter = () => {
        leave();
        resolve();
      };
      const waiter = { enter, rank };
      const behind = this.line.findIndex((other) => other.rank > rank);
      this.line.splice(behind < 0 ? this.line.length : behind, 0, waiter);
    });
  }
}

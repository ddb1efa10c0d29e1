import { abortError, throwIfAborted } from '../video/abort';

/** How far and how widely {@link loadAhead} works ahead of its consumer. */
export interface LoadAheadOptions {
  /** Items loaded or being loaded that the consumer has not yet taken. */
  ahead: number;
  /** Items being loaded at once. */
  concurrency: number;
  /** Ends the waiting for an item: the iteration then throws `ERR_ABORTED`. */
  signal?: AbortSignal;
}

/** One item's fate: a failed one does not stop those after it. */
export type Loaded<T, R> = { item: T; value: R; error?: undefined } | { item: T; value?: undefined; error: unknown };

/** Loads `items` while the consumer is busy with earlier ones, and gives them in order. Ending the loop early stops it. */
export async function* loadAhead<T, R>(
  items: readonly T[],
  load: (item: T) => Promise<R>,
  { ahead, concurrency, signal }: LoadAheadOptions,
): AsyncGenerator<Loaded<T, R>, void, undefined> {
  const started: Promise<Loaded<T, R>>[] = [];
  const waiting: (() => void)[] = [];
  let next = 0;
  let running = 0;
  let stopped = false;

  const loadOne = async (item: T): Promise<Loaded<T, R>> => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      if (stopped) return { item, error: new Error('stopped') };
      return { item, value: await load(item) };
    } catch (error) {
      return { item, error };
    } finally {
      running--;
      waiting.shift()?.();
    }
  };

  let stopWaiting: (error: unknown) => void = () => {};
  const onAbort = () => stopWaiting(abortError(signal as AbortSignal));
  signal?.addEventListener('abort', onAbort);

  try {
    for (;;) {
      throwIfAborted(signal);
      while (next < items.length && started.length < ahead) started.push(loadOne(items[next++] as T));
      const first = started.shift();
      if (!first) return;
      // Not Promise.race() with one promise for the abort: that would hold every item until the end.
      yield await new Promise<Loaded<T, R>>((resolve, reject) => {
        stopWaiting = reject;
        first.then(resolve);
      });
    }
  } finally {
    stopped = true;
    signal?.removeEventListener('abort', onAbort);
  }
}

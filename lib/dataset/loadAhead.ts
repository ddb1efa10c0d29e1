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

  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortError(signal as AbortSignal));
  });
  aborted.catch(() => {});
  signal?.addEventListener('abort', onAbort);

  try {
    throwIfAborted(signal);
    for (;;) {
      while (next < items.length && started.length < ahead) started.push(loadOne(items[next++] as T));
      const first = started.shift();
      if (!first) return;
      yield await Promise.race([first, aborted]);
    }
  } finally {
    stopped = true;
    signal?.removeEventListener('abort', onAbort);
  }
}

import { setMaxListeners } from 'node:events';
import { abortError, onAbort, throwIfAborted } from './abort';
import { Semaphore } from './semaphore';

/** How far and how widely {@link loadAhead} works ahead of its consumer. */
export interface LoadAheadOptions {
  /** Items loaded or being loaded that the consumer has not yet taken. */
  ahead: number;
  /** Items being loaded at once. */
  concurrency: number;
  /** Ends the loading, and the waiting for an item: the iteration then throws `ERR_ABORTED`. */
  signal?: AbortSignal;
}

/** One item's fate: a failed one does not stop those after it. */
export type Loaded<T, R> = { item: T; value: R; error?: undefined } | { item: T; value?: undefined; error: unknown };

/**
 * Loads `items` while the consumer is busy with earlier ones, and gives them in order. Ending the loop early stops it; the
 * signal that `load` is given then aborts what is under way.
 */
export async function* loadAhead<T, R>(
  items: readonly T[],
  load: (item: T, signal: AbortSignal) => Promise<R>,
  { ahead, concurrency, signal }: LoadAheadOptions,
): AsyncGenerator<Loaded<T, R>, void, undefined> {
  const started: Promise<Loaded<T, R>>[] = [];
  const places = new Semaphore(concurrency);
  let next = 0;
  const stop = new AbortController();
  // Every load under way may listen: many are no leak.
  setMaxListeners(0, stop.signal);

  const loadOne = async (item: T): Promise<Loaded<T, R>> => {
    try {
      return { item, value: await places.run(stop.signal, () => load(item, stop.signal)) };
    } catch (error) {
      return { item, error };
    }
  };

  let stopWaiting: (error: unknown) => void = () => {};
  const leave = onAbort(signal, () => {
    const error = abortError(signal as AbortSignal);
    stop.abort(error);
    stopWaiting(error);
  });

  try {
    for (;;) {
      throwIfAborted(signal);
      while (next < items.length && started.length < ahead) started.push(loadOne(items[next++] as T));
      const first = started.shift();
      if (!first) return;
      // Not Promise.race() with one promise for the abort: that would hold every item until the end.
      const loaded = await new Promise<Loaded<T, R>>((resolve, reject) => {
        stopWaiting = reject;
        first.then(resolve);
      });
      // What an abort ended is no failure of the item.
      throwIfAborted(signal);
      yield loaded;
    }
  } finally {
    leave();
    stop.abort();
  }
}

import { abortError, onAbort, throwIfAborted } from './abort';

/**
 * What an iterable gives, until `signal` aborts: the iteration then throws at once, however long the next item takes. The
 * source is told to stop, but not waited for: it may never come to it.
 */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let stopWaiting = (_: unknown) => {};
  const leave = onAbort(signal, () => stopWaiting(abortError(signal as AbortSignal)));
  let isDone = false;
  try {
    for (;;) {
      throwIfAborted(signal);
      const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stopWaiting = reject;
        Promise.resolve(source.next()).then(resolve, (error) => {
          isDone = true;
          reject(error);
        });
      });
      if (result.done) {
        isDone = true;
        return;
      }
      yield result.value;
    }
  } finally {
    leave();
    if (!isDone) void Promise.resolve(source.return?.()).catch(() => {});
  }
}

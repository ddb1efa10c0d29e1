import { setMaxListeners } from 'node:events';
import { KinetorchError } from '../errors';
import { abortError, throwIfAborted } from '../video/abort';
import type { CallOptions } from './types';

/**
 * Runs `start` under a signal and a time limit. When either strikes first, the promise rejects at once, `cancel` is
 * called so that queued work can be dropped, and whatever `start` gives later is thrown away.
 */
export async function withCancellation<T>(
  { signal, timeoutMs }: CallOptions,
  start: () => Promise<T>,
  cancel: (reason: KinetorchError) => void,
): Promise<T> {
  throwIfAborted(signal);
  if (!signal && timeoutMs === undefined) return start();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    const stop = (reason: KinetorchError) => {
      reject(reason);
      cancel(reason);
    };
    if (signal) {
      onAbort = () => stop(abortError(signal));
      // One signal may well end many calls: a listener for each is no leak to be warned of.
      if (signal instanceof EventTarget) setMaxListeners(0, signal);
      signal.addEventListener('abort', onAbort, { once: true });
    }
    if (timeoutMs !== undefined) {
      const late = () => stop(new KinetorchError('ERR_TIMEOUT', `expected an answer within ${timeoutMs} ms`));
      timer = setTimeout(late, timeoutMs);
    }
  });
  const work = start();
  // Once the race is lost nobody listens to the loser any more.
  work.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

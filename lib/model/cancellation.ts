import { abortError, throwIfAborted } from '../base/abort';
import type { KinetorchError } from '../base/errors';
import { callSignal } from './callSignal';
import type { CallOptions } from './types';

/**
 * Runs `start` under a signal and a time limit. When either strikes first, the promise rejects at once, `cancel` is
 * called so that queued work can be dropped, and whatever `start` gives later is thrown away.
 */
export async function withCancellation<T>(
  options: CallOptions,
  start: () => Promise<T>,
  cancel: (reason: KinetorchError) => void,
): Promise<T> {
  if (!options.signal && options.timeoutMs === undefined) return start();
  const { signal, end } = callSignal(options);
  let onAbort = () => {};
  try {
    throwIfAborted(signal);
    const interrupted = new Promise<never>((_, reject) => {
      onAbort = () => {
        const reason = abortError(signal);
        reject(reason);
        cancel(reason);
      };
      signal.addEventListener('abort', onAbort);
    });
    const work = start();
    // Once the race is lost nobody listens to the loser any more.
    work.catch(() => {});
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    end();
  }
}

import { KinetorchError } from './errors';
import type { CallOptions } from './schemas';

/** The error an aborted call rejects with: the signal's own KinetorchError where it carries one, else `ERR_ABORTED`. */
export function abortError(signal: AbortSignal): KinetorchError {
  if (signal.reason instanceof KinetorchError) return signal.reason;
  return new KinetorchError('ERR_ABORTED', 'the call was aborted by its AbortSignal', { cause: signal.reason });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/** Who waits for each signal that somebody waits for, and the one listener that this module has on it. */
const waiting = new WeakMap<AbortSignal, { callbacks: Set<() => void>; listener: () => void }>();

/**
 * Calls `callback` once, when `signal` aborts; the function it gives back takes that back. However many wait for one
 * signal, it has one listener: Node would warn the caller of a leak from eleven on, where many calls at once are meant.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const { callbacks, listener } = waiting.get(signal) ?? listenTo(signal);
  // An entry of its own: one function may wait twice.
  const entry = () => callback();
  callbacks.add(entry);
  return () => {
    if (callbacks.delete(entry) && callbacks.size === 0 && waiting.get(signal)?.callbacks === callbacks) {
      waiting.delete(signal);
      signal.removeEventListener('abort', listener);
    }
  };
}

function listenTo(signal: AbortSignal) {
  const callbacks = new Set<() => void>();
  const listener = () => {
    waiting.delete(signal);
    for (const callback of callbacks) {
      callbacks.delete(callback);
      try {
        callback();
      } catch (error) {
        // As Node does with what a listener throws: nobody but the thrower is to suffer.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  };
  const entry = { callbacks, listener };
  waiting.set(signal, entry);
  signal.addEventListener('abort', listener, { once: true });
  return entry;
}

/** One signal for a call of many steps. */
export interface CallSignal {
  /** Aborts when the caller's does, when the time is up, or on `end`. */
  signal: AbortSignal;
  /** The error to reject with: the caller's abort or the timeout where one of them struck, else `error` itself. */
  cause(error: unknown): unknown;
  /** Drops what is still under way. */
  end(): void;
}

// Made once, as the stack that an error takes down costs more than all else here.
const ended = new KinetorchError('ERR_ABORTED', 'the call this belongs to has ended');

/** Joins a caller's signal and time limit, counted from now. */
export function callSignal({ signal, timeoutMs }: CallOptions): CallSignal {
  const controller = new AbortController();
  let struck: KinetorchError | null = null;
  const strike = (error: KinetorchError) => {
    struck ??= error;
    controller.abort(error);
  };
  const follow = () => strike(abortError(signal as AbortSignal));
  if (signal?.aborted) follow();
  const leave = onAbort(signal, follow);
  const late = () => strike(new KinetorchError('ERR_TIMEOUT', `expected an answer within ${timeoutMs} ms`));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  return {
    signal: controller.signal,
    cause: (error) => struck ?? error,
    end: () => {
      clearTimeout(timer);
      leave();
      controller.abort(ended);
    },
  };
}

/**
 * Runs `start` under a signal and a time limit. When either strikes first, the promise rejects at once, `cancel` is
 * called so that queued work can be dropped, and whatever `start` gives later is thrown away.
 */
export async function withCancellation<T>(
  options: CallOptions,
  start: () => Promise<T>,
  cancel: (reason: KinetorchError) => void,
): Promise<T> {
  // Only a time limit needs a signal of its own: the views of a video bring their call's, and are many.
  if (options.timeoutMs === undefined) return raced(options.signal, start, cancel);
  const { signal, end } = callSignal(options);
  try {
    return await raced(signal, start, cancel);
  } finally {
    end();
  }
}

async function raced<T>(
  signal: AbortSignal | undefined,
  start: () => Promise<T>,
  cancel: (reason: KinetorchError) => void,
): Promise<T> {
  if (signal === undefined) return start();
  throwIfAborted(signal);
  let leave = () => {};
  try {
    const interrupted = new Promise<never>((_, reject) => {
      leave = onAbort(signal, () => {
        const reason = abortError(signal);
        reject(reason);
        cancel(reason);
      });
    });
    const work = start();
    // Once the race is lost nobody listens to the loser any more.
    work.catch(() => {});
    return await Promise.race([work, interrupted]);
  } finally {
    leave();
  }
}

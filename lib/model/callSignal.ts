import { setMaxListeners } from 'node:events';
import { abortError } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { CallOptions } from './types';

/** One signal for a call of many steps. */
export interface CallSignal {
  /** Aborts when the caller's does, when the time is up, or on `end`. */
  signal: AbortSignal;
  /** The error to reject with: the caller's abort or the timeout where one of them struck, else `error` itself. */
  cause(error: unknown): unknown;
  /** Drops what is still under way. */
  end(): void;
}

/** Joins a caller's signal and time limit, counted from now. */
export function callSignal({ signal, timeoutMs }: CallOptions): CallSignal {
  const controller = new AbortController();
  // Every view in flight listens, and one caller's signal may well end many calls: many listeners are no leak.
  setMaxListeners(0, controller.signal);
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  let struck: KinetorchError | null = null;
  const strike = (error: KinetorchError) => {
    struck ??= error;
    controller.abort(error);
  };
  const onAbort = () => strike(abortError(signal as AbortSignal));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const late = () => strike(new KinetorchError('ERR_TIMEOUT', `expected an answer within ${timeoutMs} ms`));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  return {
    signal: controller.signal,
    cause: (error) => struck ?? error,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      controller.abort(new KinetorchError('ERR_ABORTED', 'the call this belongs to has ended'));
    },
  };
}

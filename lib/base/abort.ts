import { KinetorchError } from './errors';

/** The error an aborted call rejects with: the signal's own KinetorchError where it carries one, else `ERR_ABORTED`. */
export function abortError(signal: AbortSignal): KinetorchError {
  if (signal.reason instanceof KinetorchError) return signal.reason;
  return new KinetorchError('ERR_ABORTED', 'the call was aborted by its AbortSignal', { cause: signal.reason });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

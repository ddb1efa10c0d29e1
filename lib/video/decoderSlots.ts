import { availableParallelism } from 'node:os';
import { Semaphore } from '../base/semaphore';

/** Videos classified at once: decoding is bound by processors, and every video takes a process of its own. */
const slots = new Semaphore(Math.max(2, availableParallelism()));

/** Runs `work` when a slot is free, in the order of the calls. Rejects with `ERR_ABORTED` while it waits. */
export function withDecoderSlot<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return slots.run(signal, work);
}

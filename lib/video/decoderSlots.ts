import { availableParallelism } from 'node:os';
import { abortError, throwIfAborted } from '../base/abort';

/** Videos classified at once: decoding is bound by processors, and every video takes a process of its own. */
const slots = Math.max(2, availableParallelism());
let taken = 0;
const waiting: (() => void)[] = [];

/** Runs `work` when a slot is free, in the order of the calls. Rejects with `ERR_ABORTED` while it waits. */
export async function withDecoderSlot<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  throwIfAborted(signal);
  if (taken >= slots) await turn(signal);
  else taken++;
  try {
    return await work();
  } finally {
    // The slot goes to the next in line as it is; only with none waiting does it become free.
    const next = waiting.shift();
    if (next !== undefined) next();
    else taken--;
  }
}

function turn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(enter), 1);
      reject(abortError(signal));
    };
    waiting.push(enter);
    signal.addEventListener('abort', leave, { once: true });
  });
}

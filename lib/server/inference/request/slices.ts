import { setImmediate } from 'node:timers/promises';

/** Bytes that are looked at before others have a turn: about a millisecond. */
const sliceBytes = 2 ** 18;

/** Works from `start` to `end` a slice at a time; others have a turn between two. */
export async function inSlices(start: number, end: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = start; from < end; from += sliceBytes) {
    if (from > start) await setImmediate();
    work(from, Math.min(end, from + sliceBytes));
  }
}

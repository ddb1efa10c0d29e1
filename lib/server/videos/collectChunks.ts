import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What may lie around of chunks that were written. */
const collectedBytes = 4 * 2 ** 20;

let collect: ((options: { type: 'minor' }) => void) | null = null;

/**
 * Has V8 look for young garbage once for every few MiB of chunks; the function it gives back is told of each chunk's bytes. Chunks
 * lie outside of V8's heap, where it counts them late: without this an upload of any size holds some 35 MB more than it needs.
 * A look takes about a millisecond.
 */
export function chunkCollector(): (bytes: number) => void {
  collect ??= collector();
  let pending = 0;
  return (bytes) => {
    pending += bytes;
    if (pending < collectedBytes) return;
    pending = 0;
    collect?.({ type: 'minor' });
  };
}

function collector() {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NonNullable<typeof collect>;
}

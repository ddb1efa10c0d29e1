import { setImmediate as nextTurn } from 'node:timers/promises';
import { KinetorchError } from '../../base/errors';
import { videoLimits } from '../limits';
import { residentBytes } from './residentBytes';

/** Thrown inside an operation that its reader no longer wants. */
export class Cancelled extends Error {}

const turnMs = 10;
const reportMs = 500;

/**
 * Called between packets: decoding is synchronous, so this is where the process hears a `cancel`, tells its parent that
 * it is getting on, and checks its own memory.
 */
export class Pulse {
  cancelled = false;
  private lastTurn = performance.now();
  private lastReport = 0;

  constructor(private readonly report: () => void) {}

  /** Throws {@link Cancelled}, or `ERR_VIDEO_DECODE` when the process has grown beyond its limit. */
  async beat(): Promise<void> {
    const now = performance.now();
    if (now - this.lastTurn < turnMs) return;
    if (now - this.lastReport > reportMs) {
      this.lastReport = now;
      this.report();
    }
    const resident = residentBytes();
    if (resident > videoLimits.maxResidentBytes) {
      throw new KinetorchError(
        'ERR_VIDEO_DECODE',
        `decoding needs more than ${videoLimits.maxResidentBytes / 2 ** 20} MiB of memory`,
      );
    }
    await nextTurn();
    this.lastTurn = performance.now();
    if (this.cancelled) throw new Cancelled();
  }
}

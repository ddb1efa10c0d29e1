import { Semaphore } from '../base/semaphore';
import { DecoderClient } from './decoderClient';
import { videoLimits } from './limits';

/**
 * Note [Decoder admission]
 * However a video is opened, at most `maxDecoders` decoder processes live, those without work among them. Who wants one
 * while all are out waits in line. A reader has its process for as long as it lives, with one exception, without which
 * somebody might wait for a reader that is kept open, for an iteration that was left without `return()`, or for himself:
 * while others wait, a reader that nobody asks for anything gives its process back. Between iterations it does so at
 * once, in the middle of one after `patienceMs`. When it is asked again it waits at the head of the line, opens the file
 * once more and goes on where it was.
 */
export interface Borrower {
  /** Whether it could give its decoder back now. */
  readonly canSpare: boolean;
  /** When it was last asked for anything, in `performance.now()`. */
  readonly lastAsked: number;
  /** Ends what its decoder does and then releases it. */
  giveBack(): Promise<void>;
}

/** How often, while somebody waits, those who could spare a decoder are looked for. */
const lookMs = 20;

interface Loan {
  borrower: Borrower;
  /** Gives the place back. */
  leave: () => void;
  isReturning: boolean;
}

const places = new Semaphore(videoLimits.maxDecoders);
/** Processes that are out. */
const loans = new Map<DecoderClient, Loan>();
/** Processes without work, and the timers that end them. */
const idle = new Map<DecoderClient, NodeJS.Timeout>();
let looking: NodeJS.Timeout | undefined;

/**
 * A decoder process for one reader: an idle one where there is one, else a new one, as soon as there is a place. Rejects
 * with `ERR_ABORTED` while it waits.
 */
export async function acquireDecoder(
  borrower: Borrower,
  signal: AbortSignal | undefined,
  options: { isFirst: boolean },
): Promise<DecoderClient> {
  const place = places.acquire(signal, options);
  if (places.waiting > 0) looking ??= setInterval(reclaim, lookMs);
  const leave = await place;
  try {
    const client = takeIdle() ?? new DecoderClient(forget);
    loans.set(client, { borrower, leave, isReturning: false });
    return client;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Takes a decoder back once its last operation has ended; it waits a little for the next video. */
export function releaseDecoder(client: DecoderClient): void {
  const loan = loans.get(client);
  // The place of one that is killed comes back with its end.
  if (loan === undefined || !client.isAlive) return;
  loans.delete(client);
  client.used = true;
  client.send({ type: 'close' });
  const retire = () => {
    idle.delete(client);
    client.kill('is no longer needed');
  };
  idle.set(client, setTimeout(retire, videoLimits.idleMs).unref());
  loan.leave();
}

function takeIdle(): DecoderClient | undefined {
  for (const [client, timer] of idle) {
    clearTimeout(timer);
    idle.delete(client);
    return client;
  }
  return undefined;
}

/** A process has ended. */
function forget(client: DecoderClient): void {
  clearTimeout(idle.get(client));
  idle.delete(client);
  loans.get(client)?.leave();
  loans.delete(client);
}

/** Asks for as many decoders as are waited for, of those that can be spared, the longest unasked first. */
function reclaim(): void {
  const all = [...loans.values()];
  const missing = places.waiting - all.filter(({ isReturning }) => isReturning).length;
  const spare = all
    .filter(({ borrower, isReturning }) => !isReturning && borrower.canSpare)
    .sort((a, b) => a.borrower.lastAsked - b.borrower.lastAsked);
  for (const loan of spare.slice(0, Math.max(0, missing))) {
    loan.isReturning = true;
    void loan.borrower.giveBack();
  }
  if (places.waiting > 0) return;
  clearInterval(looking);
  looking = undefined;
}

import { Semaphore } from '../base/semaphore';
import { DecoderClient } from './decoderClient';
import { videoLimits } from './limits';

/**
 * Note [Decoder admission]
 * However a video is opened, at most `maxDecoders` decoder processes live, those without work among them. Who wants one
 * while all are out waits in line, in the order of the calls. A reader keeps its process until it is closed, with one
 * exception, without which somebody might wait for ever: for a reader that is kept open, for an iteration that was left
 * without `return()`, for himself. While others wait, a reader that is asked for nothing gives its process back; between
 * iterations at once, in the middle of one after `patienceMs`. When it is asked again it takes its old place in the line,
 * opens the file once more and goes on where it was.
 */
export interface Borrower {
  /** Where it stands in the line. */
  readonly rank: number;
  /** Whether it could give its decoder back now. */
  readonly canSpare: boolean;
  /** When it was last asked for anything, in `performance.now()`. */
  readonly lastAsked: number;
  /** Ends what its decoder does and then releases it. */
  giveBack(): Promise<void>;
}

/** How often, while somebody waits, those who could spare a decoder are looked for. */
const lookMs = 20;

const places = new Semaphore(videoLimits.maxDecoders);
interface Loan {
  borrower: Borrower;
  /** Gives the place back. */
  leave: () => void;
  /** On its way back, as soon as its operation has ended. */
  isEnding: boolean;
}

/** Processes that are out. */
const loans = new Map<DecoderClient, Loan>();
/** Processes without work, and the timers that end them. */
const idle = new Map<DecoderClient, NodeJS.Timeout>();
let looking: NodeJS.Timeout | undefined;
let deaths = 0;

/**
 * A decoder process for one reader: an idle one where there is one, else a new one, as soon as there is a place. Rejects
 * with `ERR_ABORTED` while it waits.
 */
export async function acquireDecoder(borrower: Borrower, signal: AbortSignal | undefined): Promise<DecoderClient> {
  const place = places.acquire(signal, borrower.rank);
  if (places.waiting > 0) looking ??= setInterval(reclaim, lookMs);
  const leave = await place;
  try {
    const client = takeIdle() ?? new DecoderClient(forget);
    loans.set(client, { borrower, leave, isEnding: false });
    return client;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Takes a decoder back once its last operation has `ended`; it waits a little for the next video. */
export async function releaseDecoder(client: DecoderClient, ended: Promise<void>): Promise<void> {
  const loan = loans.get(client);
  if (loan === undefined) return ended;
  loan.isEnding = true;
  await ended;
  // The place of one that is killed comes back with its end.
  if (!client.isAlive) return;
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

/** Decoder processes of this thread that live, with work or without. */
export function countDecoders(): number {
  return loans.size + idle.size;
}

/** Decoder processes of this thread that have ended without being told to, ever: of a video, or of the system. */
export function countDecoderDeaths(): number {
  return deaths;
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
  if (client.diedByItself) deaths++;
  clearTimeout(idle.get(client));
  idle.delete(client);
  loans.get(client)?.leave();
  loans.delete(client);
}

/**
 * Asks for as many decoders as are waited for and not yet on their way back, of those that can be spared, the longest
 * unasked first.
 */
function reclaim(): void {
  const out = [...loans.values()];
  const wanted = places.waiting - out.filter(({ isEnding }) => isEnding).length;
  const spare = out.map(({ borrower }) => borrower).filter(({ canSpare }) => canSpare);
  spare.sort((a, b) => a.lastAsked - b.lastAsked);
  for (const borrower of spare.slice(0, Math.max(0, wanted))) void borrower.giveBack();
  if (places.waiting > 0) return;
  clearInterval(looking);
  looking = undefined;
}

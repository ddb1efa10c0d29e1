import { AsyncQueue } from '../../base/asyncQueue';
import { KinetorchError } from '../../base/errors';
import type { TimedPicture } from '../types';

/** Why an unbroken run of frames has ended; what its frames have shown by then is good. */
export class RunOver extends KinetorchError {}

/** A longer pause, or a step back, between frames: the clock of the stream has begun anew. */
const longestStepSeconds = 10;
const mostBytes = 2 ** 28;

/**
 * Frames of a stream without a gap, for one reader: they wait for it, up to `maxWaitSeconds` of them. Of a reader that is
 * further behind the run is over, with all that waits, and the next one begins with what is seen now.
 */
export class LiveRun implements AsyncIterable<TimedPicture> {
  private readonly waiting = new AsyncQueue<TimedPicture>();
  private last: TimedPicture | null = null;
  private over: RunOver | null = null;
  /** When its first frame came, by the clock of this machine and by the stream's. */
  private beganAt: { date: number; timeSeconds: number } | null = null;

  constructor(private readonly maxWaitSeconds: number) {}

  /** When the picture of that time came, or would have, in milliseconds as `Date` has it. */
  dateOf(timeSeconds: number): number {
    const { date, timeSeconds: first } = this.beganAt ?? { date: Date.now(), timeSeconds };
    return date + (timeSeconds - first) * 1000;
  }

  /** Why it cannot go on with this picture; null where it was taken. */
  add(picture: TimedPicture): RunOver | null {
    const { last, waiting } = this;
    this.beganAt ??= { date: Date.now(), timeSeconds: picture.timeSeconds };
    const reason = last === null ? null : breakBetween(last, picture);
    if (reason !== null) return this.end(reason);
    const behind = picture.timeSeconds - (waiting.first ?? picture).timeSeconds;
    if (behind > this.maxWaitSeconds || waiting.length * picture.data.length > mostBytes) {
      waiting.clear();
      return this.end('the model is slower than the stream: some of it was left out');
    }
    waiting.push(picture);
    this.last = picture;
    return null;
  }

  /** Its reader gets what waits, and then the reason. */
  end(reason: string): RunOver {
    this.over ??= new RunOver('ERR_VIDEO_DECODE', reason);
    this.waiting.end(this.over);
    return this.over;
  }

  [Symbol.asyncIterator](): AsyncIterator<TimedPicture> {
    return this.waiting[Symbol.asyncIterator]();
  }
}

function breakBetween(last: TimedPicture, next: TimedPicture): string | null {
  if (next.width !== last.width || next.height !== last.height) return 'the size of its frames has changed';
  const step = next.timeSeconds - last.timeSeconds;
  return step < 0 || step > longestStepSeconds ? 'its clock has jumped' : null;
}

import { KinetorchError } from '../base/errors';
import { videoLimits } from '../video/limits';

/** What became of the videos that a model was given. */
export interface VideoCounts {
  /** For a decoder, or for their own bytes. */
  waiting: number;
  /** With a decoder. */
  running: number;
  completed: number;
  failed: number;
  /** By their signal or their time limit. */
  cancelled: number;
  /** With `ERR_QUEUE_FULL`. */
  refused: number;
}

/** Counts the videos of a model and refuses what is beyond `most` at once. */
export class VideoCalls {
  readonly counts: VideoCounts = { waiting: 0, running: 0, completed: 0, failed: 0, cancelled: 0, refused: 0 };

  constructor(private readonly most: number) {}

  /** A video begins to wait. Throws `ERR_QUEUE_FULL`. */
  enter(): VideoCall {
    const { waiting, running } = this.counts;
    if (waiting + running < this.most) return new VideoCall(this.counts);
    this.counts.refused++;
    throw new KinetorchError(
      'ERR_QUEUE_FULL',
      `expected at most ${this.most} videos at once (maxVideos) but that many wait or are decoded`,
    );
  }
}

/** One video on its way. */
export class VideoCall {
  private place: 'waiting' | 'running' = 'waiting';
  private outcome: 'completed' | 'failed' | 'cancelled' = 'completed';
  private isCounted = true;
  private leaving: NodeJS.Timeout | undefined;

  constructor(private readonly counts: VideoCounts) {
    counts.waiting++;
  }

  /** It was given a decoder. */
  begin(): void {
    this.counts[this.place]--;
    this.place = 'running';
    this.counts.running++;
  }

  /**
   * It is asked for nothing. After the time in which it would lose its decoder to others it is not counted until `resume`:
   * nobody may ever come back for it.
   */
  pause(): void {
    this.leaving = setTimeout(() => this.count(false), videoLimits.patienceMs).unref();
  }

  resume(): void {
    clearTimeout(this.leaving);
    this.count(true);
  }

  fail({ code }: { code?: unknown }): void {
    this.outcome = code === 'ERR_ABORTED' || code === 'ERR_TIMEOUT' ? 'cancelled' : 'failed';
  }

  end(): void {
    this.resume();
    this.counts[this.place]--;
    this.counts[this.outcome]++;
  }

  private count(isCounted: boolean): void {
    if (this.isCounted === isCounted) return;
    this.isCounted = isCounted;
    this.counts[this.place] += isCounted ? 1 : -1;
  }
}

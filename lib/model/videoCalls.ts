import { KinetorchError } from '../base/errors';

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

  constructor(private readonly counts: VideoCounts) {
    counts.waiting++;
  }

  /** It was given a decoder. */
  begin(): void {
    this.counts[this.place]--;
    this.place = 'running';
    this.counts.running++;
  }

  fail({ code }: { code?: unknown }): void {
    this.outcome = code === 'ERR_ABORTED' || code === 'ERR_TIMEOUT' ? 'cancelled' : 'failed';
  }

  end(): void {
    this.counts[this.place]--;
    this.counts[this.outcome]++;
  }
}

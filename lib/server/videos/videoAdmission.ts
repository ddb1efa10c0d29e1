import { KinetorchError } from '../../base/errors';

/** Bounds the videos that a server has in work at once, of all its models: while they come, wait and are decoded. */
export class VideoAdmission {
  private inside = 0;

  constructor(private readonly most: number) {}

  /** How many are in work. */
  get inWork(): number {
    return this.inside;
  }

  /** Lets one in; the function ends its stay, and does nothing when called again. Throws `ERR_QUEUE_FULL`. */
  enter(): () => void {
    if (this.inside >= this.most) {
      throw new KinetorchError(
        'ERR_QUEUE_FULL',
        `expected at most ${this.most} videos in work at once (maxVideos) but there are that many`,
      );
    }
    this.inside++;
    let isInside = true;
    return () => {
      if (isInside) this.inside--;
      isInside = false;
    };
  }
}

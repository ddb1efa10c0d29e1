import { KinetorchError } from '../../base/errors';

/**
 * Bounds the bytes of all bodies that are in memory at once. The queue of clips alone does not: 256 clips may wait for each
 * model, and one may have as many bytes as a body.
 */
export class PendingBytes {
  private held = 0;

  constructor(private readonly most: number) {}

  get count(): number {
    return this.held;
  }

  /**
   * Room for so many; one alone is let in whatever its size. Throws `ERR_QUEUE_FULL`.
   */
  enter(bytes: number): PendingBody {
    if (this.held > 0 && this.held + bytes > this.most) {
      throw new KinetorchError(
        'ERR_QUEUE_FULL',
        `expected at most ${this.most} bytes of requests at once (maxPendingBytes) but ${this.held} are held and ${bytes} more came`,
      );
    }
    return new PendingBody(bytes, (change) => {
      this.held += change;
    });
  }
}

/** The room of one body. */
export class PendingBody {
  private hasLeft = false;

  constructor(
    private bytes: number,
    private readonly change: (bytes: number) => void,
  ) {
    change(bytes);
  }

  /** It turned out to have so many. Of one that has left nothing is counted any more. */
  resize(bytes: number): void {
    if (this.hasLeft) return;
    this.change(bytes - this.bytes);
    this.bytes = bytes;
  }

  /** Gives the room back. */
  leave(): void {
    this.resize(0);
    this.hasLeft = true;
  }
}

import { KinetorchError } from '../../base/errors';

/**
 * Where a server is in its life. `leaving`: not ready any more, but it takes work for a while; `draining`: it takes none, and
 * ends what it has; then what is still under way is given up.
 */
export class ServerPhase {
  private phase: 'serving' | 'leaving' | 'draining' = 'serving';
  private readonly ending = new AbortController();
  private readonly giving = new AbortController();

  get saysReady(): boolean {
    return this.phase === 'serving';
  }

  get takesWork(): boolean {
    return this.phase !== 'draining';
  }

  /** Aborts when no new work is taken: for what would never end by itself. */
  get ends(): AbortSignal {
    return this.ending.signal;
  }

  /** Aborts when what is still under way is given up. */
  get givenUp(): AbortSignal {
    return this.giving.signal;
  }

  leave(): void {
    if (this.phase === 'serving') this.phase = 'leaving';
  }

  drain(): void {
    this.phase = 'draining';
    this.ending.abort(new KinetorchError('ERR_DISPOSED', 'the server ends'));
  }

  giveUp(): void {
    this.giving.abort(
      new KinetorchError('ERR_DISPOSED', 'the server ends, and this took longer than it waits (drainMs)'),
    );
  }
}

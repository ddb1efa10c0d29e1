import type { TrainCallbacks } from './options';
import type { TrainEvent } from './types';

/** Tells the caller of `train` what happens, without waiting for what it does with it. */
export class Progress {
  private readonly pending = new Set<Promise<void>>();
  private failure: { error: unknown } | null = null;

  constructor(private readonly onProgress: TrainCallbacks['onProgress']) {}

  /** Throws what the callback throws, or what an earlier one rejected with. */
  emit(event: TrainEvent): void {
    if (this.failure) throw this.failure.error;
    const settled = Promise.resolve(this.onProgress?.(event)).then(
      () => {
        this.pending.delete(settled);
      },
      (error) => {
        this.pending.delete(settled);
        this.failure ??= { error };
      },
    );
    this.pending.add(settled);
  }

  /** Waits for the callbacks that still run. */
  async settle(): Promise<void> {
    await Promise.all(this.pending);
    if (this.failure) throw this.failure.error;
  }
}

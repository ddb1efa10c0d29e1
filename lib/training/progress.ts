import type { TaskEvent } from './runTask';

/** Tells the caller of a run what happens, without waiting for what it does with it. */
export class Progress {
  private readonly pending = new Set<Promise<void>>();
  private failure: { error: unknown } | null = null;

  constructor(private readonly onProgress: ((event: TaskEvent) => void | Promise<void>) | undefined) {}

  /** Throws what the callback throws, or what an earlier one rejected with. */
  emit(event: TaskEvent): void {
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

/** Means of what overlapping windows say of each frame, kept for no longer than a window that can still say something. */
export class FrameMeans {
  /** Of the frames that are done. */
  readonly values: number[] = [];
  private readonly open: { sum: number; count: number }[] = [];

  /** Adds the scores of a window from frame `first` on. Windows come in their order, and leave no frame out. */
  add(first: number, scores: readonly number[]): void {
    while (this.values.length < first) this.close();
    scores.forEach((score, place) => {
      this.open[place] ??= { sum: 0, count: 0 };
      const frame = this.open[place];
      frame.sum += score;
      frame.count++;
    });
  }

  /** The means of all frames. */
  finish(): number[] {
    while (this.open.length > 0) this.close();
    return this.values;
  }

  private close(): void {
    const { sum, count } = this.open.shift() as { sum: number; count: number };
    this.values.push(sum / count);
  }
}

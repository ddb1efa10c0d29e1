/** Items for one reader, who waits where there are none. Once it has ended he gets what is left, and then the reason. */
export class AsyncQueue<T> implements AsyncIterable<T> {
  private readonly items: T[] = [];
  private reason: Error | null = null;
  private wake = () => {};

  get length(): number {
    return this.items.length;
  }

  /** The one that has waited the longest. */
  get first(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    this.items.push(item);
    this.wake();
  }

  /** Leaves out what waits. */
  clear(): void {
    this.items.length = 0;
  }

  /** The first reason counts. */
  end(reason: Error): void {
    this.reason ??= reason;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      if (this.items.length > 0) {
        yield this.items.shift() as T;
        continue;
      }
      if (this.reason !== null) throw this.reason;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

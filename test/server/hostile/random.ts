/** Chance that comes again: the same seed gives the same choices. */
export class Random {
  constructor(private state: number) {}

  /** From 0 to below `limit`. */
  below(limit: number): number {
    // Numerical Recipes' generator, whose lower bits are poor.
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** Whether a thing happens that happens once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

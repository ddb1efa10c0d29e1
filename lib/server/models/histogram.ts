/** Upper ends in milliseconds: from what a clip takes that does not wait to what a long queue makes of it. */
const bounds = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** How long something took, each time, in milliseconds. The same as those of the native layer. */
export class Histogram {
  readonly bounds: readonly number[] = bounds;
  /** How many fell into each range, not cumulated; the last is for those above all bounds. */
  readonly counts: number[] = new Array(bounds.length + 1).fill(0);
  sum = 0;
  count = 0;

  add(ms: number): void {
    const at = bounds.findIndex((bound) => ms <= bound);
    const range = at < 0 ? bounds.length : at;
    this.counts[range] = (this.counts[range] ?? 0) + 1;
    this.sum += ms;
    this.count++;
  }
}

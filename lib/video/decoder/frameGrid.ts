/** Share of a video's stamps that must lie on a grid for it to be the video's own. */
const leastShare = 0.9;

/**
 * A constant rate behind rounded stamps: Matroska, WebM and FLV count milliseconds, others 1/90000 or 1/600 s, and every
 * picture of a video of 30 a second appears up to half a tick beside its time. Where the stamps of a video lie within a
 * tick of multiples of one period, gaps allowed, the multiples are its times.
 */
export class FrameGrid {
  private constructor(
    readonly period: number,
    private readonly tolerance: number,
  ) {}

  /**
   * Null where the rate varies. `stamps` are ticks, in any order; `rates` are frames per tick, those that the file names.
   */
  static of(stamps: readonly number[], rates: readonly number[], tick: number): FrameGrid | null {
    const sorted = Float64Array.from(stamps.filter((stamp) => !Number.isNaN(stamp))).sort();
    if (sorted.length < 2) return null;
    const first = sorted[0] as number;
    const granule = granuleOf(sorted);
    const steady = steadyPeriod(sorted, granule);
    const named = rates.map((rate) => 1 / rate).filter((period) => period >= 4 * granule);
    for (const period of [...named, ...(steady === null ? [] : [steady])]) {
      const grid = new FrameGrid(period, granule * (1 + 1e-6));
      const onGrid = sorted.reduce((count, stamp) => count + (grid.place(stamp - first) === null ? 0 : 1), 0);
      if (onGrid >= leastShare * sorted.length) return new FrameGrid(period * tick, grid.tolerance * tick);
    }
    return null;
  }

  /** `seconds`, counted from the first picture, moved to the grid if that is where they were rounded from. */
  snap(seconds: number): number {
    const place = this.place(seconds);
    return place === null ? seconds : place * this.period;
  }

  private place(distance: number): number | null {
    const place = Math.round(distance / this.period);
    return Math.abs(distance - place * this.period) <= this.tolerance ? place : null;
  }
}

/** The clock's real step in ticks: a file that was made from a Matroska one still has its milliseconds. */
function granuleOf(sorted: Float64Array): number {
  let granule = 0;
  for (let i = 1; i < sorted.length && granule !== 1; i++) {
    let [a, b] = [granule, Math.round((sorted[i] as number) - (sorted[i - 1] as number))];
    while (b !== 0) [a, b] = [b, a % b];
    granule = a;
  }
  return granule;
}

/** The period of stamps that follow each other without a gap, if they have one. */
function steadyPeriod(sorted: Float64Array, granule: number): number | null {
  let [least, most] = [0, Infinity];
  for (let i = 1; i < sorted.length; i++) {
    const distance = (sorted[i] as number) - (sorted[0] as number);
    least = Math.max(least, (distance - granule) / i);
    most = Math.min(most, (distance + granule) / i);
  }
  return least <= most && most < Infinity && least > 2 * granule ? (least + most) / 2 : null;
}

/** Share of a video's stamps that must lie on a grid for it to be the video's own. */
const leastShare = 0.9;
/** A rate that a file gives in decimals, or by its length, is a usual one if it is this near, as a share of it. */
const nearness = 2e-5;

/**
 * A constant rate behind rounded stamps: Matroska, WebM and FLV count milliseconds, others 1/90000 or 1/600 s, and every
 * picture of a video of 30 a second appears up to half a tick beside its time. Where the stamps of a video lie within a
 * tick of multiples of one period, gaps allowed, the multiples are its times.
 */
export class FrameGrid {
  private constructor(
    private readonly period: number,
    private readonly tolerance: number,
  ) {}

  /**
   * Null where the rate varies, and where stamps need no grid. `stamps` are ticks of `tick` seconds, in any order; `rates`
   * are frames a second as the file names them.
   */
  static of(stamps: readonly number[], rates: readonly number[], tick: number): FrameGrid | null {
    const sorted = Float64Array.from(stamps, (stamp) => stamp * tick).sort();
    const granule = granuleOf(stamps) * tick;
    const first = sorted[0] ?? 0;
    // Stamps lie on periods of a few ticks by chance.
    const named = (some: readonly number[]) => some.map((rate) => 1 / rate).filter((period) => period >= 4 * granule);
    for (const period of [...named(usualAmong(rates)), ...steadyPeriods(sorted, granule), ...named(rates)]) {
      const grid = new FrameGrid(period, granule * (1 + 1e-6));
      const onGrid = sorted.reduce((count, seconds) => count + (grid.placeOf(seconds - first) === null ? 0 : 1), 0);
      if (granule > 0 && onGrid >= leastShare * sorted.length) return grid;
    }
    return null;
  }

  /** `seconds`, counted from the first picture, moved to the grid if that is where they were rounded from. */
  snap(seconds: number): number {
    const place = this.placeOf(seconds);
    return place === null ? seconds : place * this.period;
  }

  private placeOf(seconds: number): number | null {
    const place = Math.round(seconds / this.period);
    return Math.abs(seconds - place * this.period) <= this.tolerance ? place : null;
  }
}

/** The clock's real step in ticks: a file that was made from a Matroska one still has its milliseconds. */
function granuleOf(stamps: readonly number[]): number {
  let granule = 0;
  for (let i = 1; i < stamps.length && granule !== 1; i++) {
    let [a, b] = [granule, Math.abs(Math.round((stamps[i] as number) - (stamps[i - 1] as number)))];
    while (b !== 0) [a, b] = [b, a % b];
    granule = a;
  }
  return granule;
}

/** 30 and 30000/1001, for rates about 30. */
function usualRates(rate: number): number[] {
  return [Math.round(rate), Math.round(rate * 1.001) / 1.001];
}

/** The usual rates among those that a file names. */
function usualAmong(rates: readonly number[]): number[] {
  return rates.flatMap((rate) => usualRates(rate).filter((usual) => Math.abs(usual - rate) <= nearness * rate));
}

/**
 * The period of stamps that follow each other without a gap, if they have one. Where no usual rate is, the shortest: a
 * picture may then come early, by less than the clock tells, but not late.
 */
function steadyPeriods(sorted: Float64Array, granule: number): number[] {
  let [least, most] = [2 * granule, Infinity];
  for (let i = 1; i < sorted.length; i++) {
    const distance = (sorted[i] as number) - (sorted[0] as number);
    least = Math.max(least, (distance - granule) / i);
    most = Math.min(most, (distance + granule) / i);
  }
  if (!(least <= most && most < Infinity)) return [];
  const usual = usualRates(2 / (least + most)).map((rate) => 1 / rate);
  return [...usual.filter((period) => period >= least && period <= most), least];
}

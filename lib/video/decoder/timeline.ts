import { bridgeClocks, isStandstill, maxReordered } from './bridgeClocks';
import { FrameGrid } from './frameGrid';
import type { PacketTable } from './packetTable';

/** So many steps of the clock tell the usual one. */
const stepsLookedAt = 2000;
/** Share of packets that may lack a time of decoding where the others' are to be relied on. */
const mostUnstamped = 0.1;

/** What the container says of a stream's clock. */
export interface StreamClock {
  /** Seconds a tick. */
  tick: number;
  /** Frames per second that the file names, the surest first. */
  rates: readonly number[];
  /** So many pictures wait in the decoder until others have come, where the order of display is not that of decoding. */
  delay: number;
  /** Of transport and program streams, see `Stamps`. */
  isCuttable: boolean;
  /** Ticks from the first picture to the end of the last as the header says, where what it says is all there. */
  statedTicks: number | null;
}

/**
 * When the pictures of a video appear, by the packets they come from: in seconds of one clock, which begins anywhere. Of a
 * file that is too large to be read whole there are samples, and a packet's own stamp is all that tells its time.
 */
export class Timeline {
  /**
   * Whether times of display are missing, as in AVI, which says when packets are decoded, and in program streams, which
   * stamp some: the picture in place n of those shown then appears at the stamp of packet n + `delay`.
   */
  readonly isDecodeOrdered: boolean;
  readonly delay: number;
  /** Seconds from one picture to the next, as a rule. */
  readonly usual: number;
  /** Seconds of each packet by its number, NaN where it has no stamp; null of a file that was not read whole. */
  readonly times: readonly number[] | null;
  /** When the last picture ends; not finite where there are no stamps. */
  readonly end: number;
  /** Pictures a second; null where they were not counted. */
  readonly frameRate: number | null;
  /** Whether places in the file, and not times, are to be sought, as clocks may begin anew. */
  readonly isPositioned: boolean;
  readonly warnings: string[] = [];
  private readonly grid: FrameGrid | null;

  constructor(
    readonly table: PacketTable,
    isWhole: boolean,
    clock: StreamClock,
  ) {
    const { tick, rates } = clock;
    const { pts, dts, hidden } = table;
    this.isDecodeOrdered = clock.delay > 0 && !dts.some(Number.isNaN) && !hasDisplayTimes(table);
    this.isPositioned = clock.isCuttable;
    this.delay = this.isDecodeOrdered ? clock.delay : 0;
    const usual = usualStep(dts) ?? usualStep(pts) ?? 1 / ((rates[0] ?? 25) * tick);
    const stamps = this.shownStamps(isWhole, usual, clock);
    this.usual = (this.isDecodeOrdered ? (usualStep(stamps) ?? usual) : usual) * tick;
    this.times = isWhole ? stamps.map((stamp) => stamp * tick) : null;
    const visible = stamps.filter((stamp, i) => !Number.isNaN(stamp) && !hidden.has(i));
    const first = visible.reduce((a, b) => Math.min(a, b), Infinity);
    const last = visible.reduce((a, b) => Math.max(a, b), -Infinity);
    const pictures = table.length - hidden.size;
    const end = last + this.lastTicks(stamps, first, last, usual, clock);
    this.end = end * tick;
    this.grid = FrameGrid.of(visible, rates, tick);
    const span = this.snap((end - first) * tick) - this.delay * this.usual;
    this.frameRate = isWhole && pictures > 1 && span > 0 ? Number((pictures / span).toPrecision(12)) : null;
  }

  /** Seconds since the first picture, freed of the clock's rounding. */
  snap(seconds: number): number {
    return this.grid === null ? seconds : this.grid.snap(seconds);
  }

  /** Ticks of each packet, on one clock. */
  private shownStamps(isWhole: boolean, usual: number, clock: StreamClock): readonly number[] {
    const { tick, rates, isCuttable } = clock;
    const { pts, dts } = this.table;
    // A picture is shown after it is decoded, and before long.
    const isAbsurd = (stamp: number, i: number) =>
      isStandstill((dts[i] as number) - stamp, usual, tick) ||
      isStandstill(stamp - (dts[Math.min(i + maxReordered, dts.length - 1)] as number), usual, tick);
    const shown = this.isDecodeOrdered ? dts : pts.map((stamp, i) => (isAbsurd(stamp, i) ? Number.NaN : stamp));
    if (!isWhole) return shown;
    const isStamped = dts.filter(Number.isNaN).length < mostUnstamped * dts.length;
    // Without times of decoding, pictures that are shown late look like steps back.
    const [order, slack] = isStamped ? [dts, 1.5 * usual] : [pts, 20 * usual];
    const { shifts, breaks, strays } = bridgeClocks({ order, shown, tick, usual, slack, isCuttable });
    const lost = shown.filter((stamp, i) => Number.isNaN(stamp) && !Number.isNaN(pts[i])).length;
    if (breaks > 0) {
      this.warnings.push(
        `the clock of the file jumps (${breaks === 1 ? 'once' : `${breaks} times`}): what follows is shown without a pause`,
      );
    }
    if (strays + lost > 0) {
      this.warnings.push(
        `times far from their neighbours' were left out (${strays + lost}): the frames are shown in order`,
      );
    }
    const bridged = breaks + strays === 0 ? shown : shown.map((stamp, i) => stamp + (shifts[i] as number));
    return this.isDecodeOrdered && isCuttable
      ? evened(
          bridged,
          usual,
          rates.map((rate) => 1 / (rate * tick)),
        )
      : bridged;
  }

  /** How long the last picture stays. */
  private lastTicks(stamps: readonly number[], first: number, last: number, usual: number, clock: StreamClock): number {
    const { durations } = this.table;
    if (this.isDecodeOrdered) return usual * (1 + this.delay);
    const { statedTicks } = clock;
    // In MP4 a packet's own length is that to the next one in the order of decoding.
    const stated = statedTicks === null ? (durations[stamps.indexOf(last)] as number) : first + statedTicks - last;
    if (stated > 0 && !isStandstill(stated, usual, clock.tick)) return stated;
    if (stated > 0) {
      const seconds = Math.round(stated * clock.tick);
      this.warnings.push(`the last frame is said to stay for ${seconds} s: that is not counted`);
    }
    const before = stamps.reduce((latest, stamp) => (stamp < last && stamp > latest ? stamp : latest), -Infinity);
    return Math.min(usual, last - before);
  }
}

/**
 * A program stream stamps its packs, and FFmpeg may take a stamp for that of a picture beside the one that it is of: where
 * all are a picture or so from where a constant rate has them, that is where they are. `named`: periods the file names.
 */
function evened(stamps: readonly number[], usual: number, named: readonly number[]): readonly number[] {
  const first = stamps[0] as number;
  const mean = ((stamps.at(-1) as number) - first) / (stamps.length - 1);
  const period = [...named, mean].find((period) =>
    stamps.every((stamp, i) => Math.abs(stamp - first - i * period) <= 1.5 * usual),
  );
  return period === undefined ? stamps : stamps.map((_, i) => first + i * period);
}

function hasDisplayTimes({ pts, dts }: PacketTable): boolean {
  return !pts.some(Number.isNaN) && pts.some((stamp, i) => stamp !== dts[i]);
}

/** The step of a clock that half of its steps do not exceed. */
function usualStep(stamps: readonly number[]): number | null {
  const steps = [];
  for (let i = 1; i < stamps.length && steps.length < stepsLookedAt; i++) {
    const step = Math.abs((stamps[i] as number) - (stamps[i - 1] as number));
    if (step > 0) steps.push(step);
  }
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? null;
}

import { timeTolerance } from '../../base/timeTolerance';
import { type Av, type Packet, toSeconds } from './av';
import type { Timeline } from './timeline';
import type { VideoInput } from './videoInput';

/** A jump shorter than this is decoded through rather than sought. */
const shortJumpSeconds = 1;
/** Seconds before the wanted instant at which a seek is tried, one after the other, where key pictures are not known. */
const margins = [0, 2, 10, 60];
/** Key packets in a row that are not those of the table, after which a seek has failed. */
const maxStrangers = 3;

/**
 * Finds where to begin decoding for a picture at a given time. All seconds are those of the timeline's clock. Where the
 * whole file was read, the key packets are known, and where a seek has landed is told by the packet itself: what a container
 * makes of its time after a seek may be a guess.
 */
export class Seeker {
  private readonly numbers = new Map<string, number>();
  private longestGop = 0;
  private lastKey = 0;
  private strangers = 0;

  constructor(
    private readonly av: Av,
    private readonly timeline: Timeline,
  ) {
    const { table, times } = timeline;
    if (times === null) return;
    for (const number of table.keys) {
      for (const mark of marksOf(table.positions[number] as number, table.sizes[number] as number)) {
        this.numbers.set(mark, this.numbers.has(mark) ? Number.NaN : number);
      }
    }
  }

  /** Whether seeking brings `wanted` sooner than decoding on from `now`. */
  isWorthwhile(now: number, wanted: number): boolean {
    if (wanted <= now + shortJumpSeconds) return false;
    const { times } = this.timeline;
    if (times === null) return wanted > now + Math.max(this.longestGop, now - this.lastKey);
    const key = this.keysBefore(wanted)[0];
    return key !== undefined && (times[key] as number) > now + shortJumpSeconds;
  }

  /** Moves the input before `wanted`, at each call from further back; ends where only the start of the file is left. */
  *attempts(input: VideoInput, wanted: number, start: number): Generator<void, void> {
    const { timeline, av } = this;
    if (timeline.times === null) {
      for (const margin of margins) {
        const { num, den } = input.stream.timeBase;
        const target = wanted - margin;
        this.strangers = 0;
        if (target <= start || !this.seek(input, Math.floor((target * den) / num), av.AVSEEK_FLAG_BACKWARD)) return;
        yield;
      }
      return;
    }
    const keys = this.keysBefore(wanted);
    for (let i = 0; i < keys.length; i = 2 * i + 1) {
      this.strangers = 0;
      if (!this.seekKey(input, keys[i] as number)) return;
      yield;
    }
  }

  /** The number of a key packet that a seek has found, or null where it is none that decoding can begin with. */
  numberOf(packet: Packet): number | null {
    const { times, isDecodeOrdered } = this.timeline;
    const hasTime = (isDecodeOrdered ? packet.dts : packet.pts) !== this.av.AV_NOPTS_VALUE;
    if (times === null && hasTime) return 0;
    for (const mark of marksOf(Number(packet.pos), packet.size)) {
      const number = this.numbers.get(mark);
      if (number !== undefined && !Number.isNaN(number)) return number;
    }
    this.strangers++;
    return null;
  }

  get isLost(): boolean {
    return this.strangers >= maxStrangers;
  }

  /** Learns how far key packets are apart. */
  note(packet: Packet, { stream }: VideoInput, isSought: boolean): void {
    const seconds = toSeconds(this.av, packet.pts, stream) ?? toSeconds(this.av, packet.dts, stream);
    if (seconds === null) return;
    if (!isSought) this.longestGop = Math.max(this.longestGop, seconds - this.lastKey);
    this.lastKey = seconds;
  }

  /** The numbers of key packets from which the picture at `wanted` can be decoded, the nearest first; without the first. */
  private keysBefore(wanted: number): number[] {
    const { table, times, isDecodeOrdered } = this.timeline;
    const keys = table.keys.filter((number) => number > 0 && (times?.[number] as number) <= wanted + timeTolerance);
    // The place of the first key picture after a seek is not known, that of the second is.
    return (isDecodeOrdered ? keys.slice(0, -1) : keys).reverse();
  }

  private seekKey(input: VideoInput, number: number): boolean {
    const { av } = this;
    const { positions, pts, dts } = this.timeline.table;
    if (this.timeline.isPositioned) {
      // From the packet before: several may share a position, which is that of the first.
      let before = number - 1;
      while (before > 0 && (positions[before] as number) < 0) before--;
      return this.seek(input, positions[before] as number, av.AVSEEK_FLAG_BYTE);
    }
    const stamp = pts[number] as number;
    return this.seek(input, Number.isNaN(stamp) ? (dts[number] as number) : stamp, av.AVSEEK_FLAG_BACKWARD);
  }

  private seek({ context, stream }: VideoInput, target: number, flags: number): boolean {
    if (Number.isNaN(target)) return false;
    return (
      context.seekFrameSync(stream.index, BigInt(target), flags as Parameters<typeof context.seekFrameSync>[2]) >= 0
    );
  }
}

/** By what a packet is known again: program streams do not say where every one begins, but sizes differ. */
function marksOf(position: number, size: number): string[] {
  return position < 0 ? [`${size}`] : [`${position}:${size}`, `${size}`];
}

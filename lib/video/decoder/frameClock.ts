import { type Av, type Frame, type Packet, type Stream, toSeconds } from './av';
import type { Timeline } from './timeline';

/** Packets whose pictures are still awaited; more than any decoder holds back. */
const mostAwaited = 512;

interface SentPacket {
  /** Seconds on the timeline's clock, NaN where unknown. */
  seconds: number;
  durationSeconds: number;
  isKey: boolean;
}

/**
 * Tells which packet a decoded picture comes from, and with it when it is shown: each packet is given a number in place of
 * its time, which decoders hand on to the picture. What they make of the times themselves differs from codec to codec.
 */
export class FrameClock {
  private readonly sent = new Map<number, SentPacket>();
  private next = 0;
  /** The key packet that decoding began with; null at the start of the file. */
  private begun: { number: number; seconds: number } | null = null;
  /** Place in the order of display of the next picture, NaN where unknown; kept where packets have no times of display. */
  private place = 0;
  private shownLately: number[] = [];
  /** Whether the decoder has all that its pictures need. */
  private isWhole = true;
  /** After a seek: how many packets later the decoder gave a picture, and the next key packet. */
  private recovery: number | null = null;
  private secondKey: number | null = null;

  /** `holdsBack`: the decoder also begins where a stream without key pictures recovers, and holds back until then (H.264). */
  constructor(
    private readonly av: Av,
    private readonly timeline: Timeline,
    private readonly holdsBack: boolean,
  ) {}

  /** What comes is decoded from the start of the file, */
  beginAtStart(): void {
    this.restart(0);
    this.begun = null;
    this.place = 0;
    this.isWhole = true;
  }

  /** or from a key packet: `number` is its own in the table, or any. */
  beginAt(number: number, packet: Packet, stream: Stream): void {
    this.restart(number);
    this.begun = { number, seconds: this.secondsOf(number, packet, stream) };
    this.place = Number.NaN;
    this.isWhole = false;
    this.recovery = null;
    this.secondKey = null;
  }

  get isFromStart(): boolean {
    return this.begun === null;
  }

  /** Remembers a packet and writes its number on it. */
  note(packet: Packet, stream: Stream): void {
    const { av } = this;
    const number = this.next++;
    const seconds = this.secondsOf(number, packet, stream);
    const durationSeconds = toSeconds(av, packet.duration, stream) || this.timeline.usual;
    if (packet.isKeyframe && this.begun !== null && number > this.begun.number) this.secondKey ??= number;
    this.sent.set(number, { seconds, durationSeconds, isKey: packet.isKeyframe });
    this.sent.delete(number - mostAwaited);
    packet.pts = BigInt(number);
  }

  /**
   * When a picture is shown, NaN where that is not known; null where it must not be: after a seek what comes before the key
   * picture, or is shown before it, needs pictures that were not decoded.
   */
  read(frame: Frame): { seconds: number; durationSeconds: number } | null {
    const number = frame.pts === this.av.AV_NOPTS_VALUE ? Number.NaN : Number(frame.pts);
    const packet = this.sent.get(number);
    this.isWhole ||= this.isWholeWith(frame, number);
    const durationSeconds = packet?.durationSeconds ?? this.timeline.usual;
    if (this.timeline.isDecodeOrdered) {
      // In a packed AVI the packet of a key picture may hold a picture of the one before.
      const isKey = packet?.isKey === true && (frame.flags & this.av.AV_FRAME_FLAG_KEY) !== 0;
      const place = this.takePlace(number, isKey);
      return Number.isNaN(place) || !this.isWhole ? null : { seconds: this.secondsAt(place), durationSeconds };
    }
    if (!this.isWhole) return null;
    if (this.begun !== null && !(packet !== undefined && packet.seconds >= this.begun.seconds)) {
      // A picture without a time of its own follows the one before it, if that was shown.
      if (packet === undefined || !Number.isNaN(packet.seconds)) return null;
    }
    return { seconds: packet?.seconds ?? Number.NaN, durationSeconds };
  }

  /**
   * A stream without key pictures is refreshed in parts, and its recovery points promise when all of a picture is. Some
   * encoders' promises are not kept the first time, so the same number of pictures is waited for after the next one too.
   */
  private isWholeWith({ flags, pictType }: Frame, number: number): boolean {
    const { av, begun } = this;
    if (begun === null) return true;
    if ((flags & av.AV_FRAME_FLAG_CORRUPT) !== 0) return false;
    if ((flags & av.AV_FRAME_FLAG_KEY) !== 0 && pictType === av.AV_PICTURE_TYPE_I) return true;
    if (!this.holdsBack || Number.isNaN(number)) return false;
    this.recovery ??= number - begun.number;
    return this.secondKey !== null && number >= this.secondKey + this.recovery;
  }

  private restart(number: number): void {
    this.sent.clear();
    this.shownLately = [];
    this.next = number;
  }

  private secondsOf(number: number, packet: Packet, stream: Stream): number {
    const { timeline, av } = this;
    if (timeline.times !== null) return timeline.times[number] ?? Number.NaN;
    return toSeconds(av, timeline.isDecodeOrdered ? packet.dts : packet.pts, stream) ?? Number.NaN;
  }

  /**
   * The place of a picture in the order of display: one after the one before it. At a key picture it is counted anew, by the
   * packets before it and those after it that were shown already; at the first after a seek these are not known.
   */
  private takePlace(number: number, isKey: boolean): number {
    if (isKey && this.begun?.number !== number) {
      this.place = number + this.shownLately.filter((shown) => shown > number).length;
    }
    this.shownLately.push(number);
    if (this.shownLately.length > mostAwaited) this.shownLately.shift();
    return this.place++;
  }

  private secondsAt(place: number): number {
    const { timeline } = this;
    const number = place + timeline.delay;
    const seconds = timeline.times?.[number] ?? this.sent.get(number)?.seconds;
    if (seconds !== undefined) return seconds;
    // Past the last packet the clock goes on.
    const last = timeline.times === null ? this.next - 1 : timeline.times.length - 1;
    const lastSeconds = timeline.times?.[last] ?? this.sent.get(last)?.seconds ?? Number.NaN;
    return lastSeconds + (number - last) * timeline.usual;
  }
}

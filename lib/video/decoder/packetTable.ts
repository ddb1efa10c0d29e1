import { type Av, type Packet, ticks } from './av';

/**
 * The packets of a video stream in the order in which they are stored, which is that of decoding; a packet's place is its
 * number. Times are ticks of the stream's clock, NaN where the file gives none.
 */
export class PacketTable {
  readonly pts: number[] = [];
  readonly dts: number[] = [];
  readonly durations: number[] = [];
  readonly positions: number[] = [];
  readonly sizes: number[] = [];
  /** The numbers of those that can be decoded without the ones before them. */
  readonly keys: number[] = [];
  /** Numbers of packets that an edit list takes out of what is shown. */
  readonly hidden = new Set<number>();

  get length(): number {
    return this.pts.length;
  }

  add(av: Av, packet: Packet): void {
    const number = this.length;
    this.pts.push(ticks(av, packet.pts));
    this.dts.push(ticks(av, packet.dts));
    this.durations.push(Number(packet.duration));
    this.positions.push(Number(packet.pos));
    this.sizes.push(packet.size);
    if (packet.isKeyframe) this.keys.push(number);
    if ((packet.flags & av.AV_PKT_FLAG_DISCARD) !== 0) this.hidden.add(number);
  }
}

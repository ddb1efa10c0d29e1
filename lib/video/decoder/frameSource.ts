import { timeTolerance } from '../../base/timeTolerance';
import type { Av, CodecContext, Frame, Packet } from './av';
import { FrameClock } from './frameClock';
import type { InputFile } from './inputFile';
import type { Pulse } from './pulse';
import { Seeker } from './seeker';
import type { Timeline } from './timeline';
import { openDecoder, openInput, type VideoInput } from './videoInput';

/** Errors in a row from the decoder, with no frame between them, after which the rest of the video is given up. */
const maxErrorsInARow = 1000;

/** A decoded frame and when it appears, in seconds from the first one. */
export interface TimedFrame {
  frame: Frame;
  time: number;
  durationSeconds: number;
}

/**
 * Frames in the order of display, one step at a time or by instant: holds the frame on screen (`current`) and knows the
 * one that will replace it (`upcoming`, null at the end).
 */
export interface FrameSequence {
  readonly current: TimedFrame | null;
  readonly upcoming: { readonly time: number } | null;
  /** Changes whenever `current` does: tells a cached picture from a stale one. */
  readonly serial: number;
  /** What is wrong with the file though it could be read. */
  readonly warnings: string[];
  /** To the first frame. False where none can be decoded. */
  rewind(): Promise<boolean>;
  /** Shows the next frame. False at the end, where the last one stays. */
  advance(): Promise<boolean>;
  /** Makes `current` the frame on screen at `time`: the first one before the start, the last one past the end. */
  show(time: number): Promise<void>;
  close(): void;
}

/** The frames of a video file. */
export class FrameSource implements FrameSequence {
  current: TimedFrame | null = null;
  upcoming: TimedFrame | null = null;
  serial = 0;
  private input: VideoInput;
  private decoder: CodecContext;
  private readonly clock: FrameClock;
  private readonly seeker: Seeker;
  private readonly packet: Packet;
  private readonly frames: [Frame, Frame];
  /** When the first frame appears on the timeline's clock; null until it is known. */
  private zeroSeconds: number | null = null;
  private draining = false;
  private awaitsKey = false;
  /** Whether `current` is the first frame of the file. */
  private isFirst = false;
  /** Whether a cancelled call has left `current` and `upcoming` half changed. */
  private isLost = false;
  private damaged = 0;
  private readFailure: string | null = null;

  constructor(
    private readonly av: Av,
    private readonly file: InputFile,
    private readonly timeline: Timeline,
    private readonly pulse: Pulse,
  ) {
    [this.input, this.decoder] = this.open();
    this.clock = new FrameClock(av, timeline, this.codec === 'h264');
    this.seeker = new Seeker(av, timeline);
    this.packet = new av.Packet();
    this.packet.alloc();
    this.frames = [new av.Frame(), new av.Frame()];
    for (const frame of this.frames) frame.alloc();
  }

  get container(): string {
    return this.input.context.iformat?.name ?? 'unknown';
  }

  /** FFmpeg's name, less the library that decodes it. */
  get codec(): string {
    const name = this.av.Codec.findDecoder(this.input.stream.codecpar.codecId)?.name ?? 'unknown';
    return name === 'libdav1d' ? 'av1' : name;
  }

  get stream() {
    return this.input.stream;
  }

  /** End of the last frame, counted like the frames' times. */
  get durationSeconds(): number {
    const { timeline } = this;
    if (!Number.isFinite(timeline.end)) return timeline.table.length * timeline.usual;
    return Math.max(0, timeline.snap(timeline.end - (this.zeroSeconds ?? 0)));
  }

  get warnings(): string[] {
    const warnings = [];
    if (this.damaged > 0) warnings.push('parts of the video are damaged: some packets could not be decoded in full');
    if (this.readFailure !== null) warnings.push(`the file is broken off: ${this.readFailure}`);
    return warnings;
  }

  async rewind(): Promise<boolean> {
    if (this.serial > 0) {
      const [input, decoder] = this.open();
      this.closeInput();
      [this.input, this.decoder] = [input, decoder];
    }
    this.awaitsKey = false;
    this.clock.beginAtStart();
    const found = await this.fill();
    this.isFirst = true;
    return found;
  }

  async advance(): Promise<boolean> {
    if (this.upcoming === null || this.current === null) return false;
    const spare = this.current.frame;
    this.current = this.upcoming;
    this.serial++;
    this.isFirst = false;
    this.isLost = true;
    this.upcoming = await this.decode(spare, this.current);
    this.isLost = false;
    return true;
  }

  async show(time: number): Promise<void> {
    const now = this.current?.time ?? 0;
    const zero = this.zeroSeconds ?? 0;
    if (this.isLost) {
      await this.seek(time);
    } else if (time < now - timeTolerance) {
      if (!this.isFirst) await this.seek(time);
    } else if (this.upcoming !== null) {
      if (this.seeker.isWorthwhile(this.upcoming.time + zero, time + zero)) await this.seek(time);
    }
    while (this.upcoming !== null && this.upcoming.time <= time + timeTolerance) await this.advance();
  }

  close(): void {
    for (const frame of this.frames) frame.free();
    this.packet.free();
    this.closeInput();
  }

  private open(): [VideoInput, CodecContext] {
    const input = openInput(this.av, this.file);
    try {
      return [input, openDecoder(this.av, input)];
    } catch (error) {
      input.context.closeInputSync();
      throw error;
    }
  }

  private closeInput(): void {
    this.decoder.freeContext();
    this.input.context.closeInputSync();
  }

  /** Lands on a frame at or before `time`, else rewinds. A seek that lands late is tried again from further back. */
  private async seek(time: number): Promise<void> {
    const zero = this.zeroSeconds ?? 0;
    const attempts = this.seeker.attempts(this.input, time + zero, zero);
    while (!attempts.next().done) {
      this.decoder.flushBuffers();
      this.awaitsKey = true;
      this.isFirst = false;
      if (!(await this.fill())) continue;
      if (this.current !== null && this.current.time <= time + timeTolerance) return;
    }
    await this.rewind();
  }

  private async fill(): Promise<boolean> {
    this.draining = false;
    this.serial++;
    this.isLost = true;
    this.current = await this.decode(this.frames[0], null);
    this.upcoming = this.current && (await this.decode(this.frames[1], this.current));
    this.isLost = false;
    return this.current !== null;
  }

  private async decode(frame: Frame, previous: TimedFrame | null): Promise<TimedFrame | null> {
    for (let errors = 0; errors < maxErrorsInARow; ) {
      const status = this.decoder.receiveFrameSync(frame);
      if (status >= 0) {
        const timed = this.timed(frame, previous);
        if (timed !== null) return timed;
      } else if (status === this.av.AVERROR_EOF) {
        return null;
      } else if (status === this.av.AVERROR_EAGAIN) {
        if (this.draining) return null;
        errors += (await this.feed()) ? 0 : 1;
      } else {
        this.damaged++;
        errors++;
      }
    }
    return null;
  }

  /** Gives the decoder one packet of the video stream, or the end. False where the decoder refused it. */
  private async feed(): Promise<boolean> {
    const { av, packet, input } = this;
    for (;;) {
      await this.pulse.beat();
      const status = this.awaitsKey && this.seeker.isLost ? av.AVERROR_EOF : input.context.readFrameSync(packet);
      if (status === av.AVERROR_EAGAIN) continue;
      if (status < 0) {
        if (status !== av.AVERROR_EOF) this.readFailure = av.FFmpegError.strerror(status);
        this.draining = true;
        this.decoder.sendPacketSync(null);
        return true;
      }
      try {
        if (packet.streamIndex !== input.stream.index) continue;
        if (packet.isKeyframe) this.seeker.note(packet, input, this.awaitsKey);
        if (this.awaitsKey && !this.beginsHere()) continue;
        this.clock.note(packet, input.stream);
        const sent = this.decoder.sendPacketSync(packet);
        if (sent < 0) this.damaged++;
        return sent >= 0;
      } finally {
        packet.unref();
      }
    }
  }

  /** Whether decoding can begin with the packet that was read after a seek. */
  private beginsHere(): boolean {
    const number = this.packet.isKeyframe ? this.seeker.numberOf(this.packet) : null;
    if (number === null) return false;
    this.awaitsKey = false;
    this.clock.beginAt(number, this.packet, this.input.stream);
    return true;
  }

  /** Null for a frame that must not be shown. One whose time is unknown follows the one before it. */
  private timed(frame: Frame, previous: TimedFrame | null): TimedFrame | null {
    const { av } = this;
    const read = this.clock.read(frame);
    if (read === null) return null;
    if (frame.decodeErrorFlags !== 0 || (frame.flags & av.AV_FRAME_FLAG_CORRUPT) !== 0) this.damaged++;
    const { seconds, durationSeconds } = read;
    const following = previous === null ? 0 : previous.time + previous.durationSeconds;
    if (Number.isNaN(seconds)) {
      return previous === null && !this.clock.isFromStart ? null : { frame, time: following, durationSeconds };
    }
    this.zeroSeconds ??= seconds - following;
    const time = this.timeline.snap(seconds - this.zeroSeconds);
    const goesBack = previous !== null && time < previous.time;
    return { frame, time: goesBack ? following : time, durationSeconds };
  }
}

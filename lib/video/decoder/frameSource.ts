import { timeTolerance } from '../../base/timeTolerance';
import { type Av, type CodecContext, type Frame, type Packet, toSeconds, usualSeconds } from './av';
import type { Pulse } from './pulse';
import { openDecoder, openInput, type VideoInput } from './videoInput';

/** Seconds before the wanted instant at which a seek is tried, one after the other, until it lands early enough. */
const seekMargins = [0, 2, 10, 60];
/** A jump shorter than this is decoded through rather than sought. */
const shortJumpSeconds = 1;
/** Errors in a row from the decoder, with no frame between them, after which the rest of the video is given up. */
const maxErrorsInARow = 1000;

/** A decoded frame and when it appears, in seconds from the start of the file. */
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
  readonly zeroSeconds: number;
  private input: VideoInput;
  private decoder: CodecContext;
  private readonly packet: Packet;
  private readonly frames: [Frame, Frame];
  private draining = false;
  private awaitsKey = false;
  private lastKeySeconds = 0;
  private longestGopSeconds = 0;
  /** Whether `current` is the first frame of the file. */
  private isFirst = false;
  private hasSought = false;
  /** Whether a cancelled call has left `current` and `upcoming` half changed. */
  private isLost = false;
  /** False once a seek has landed on a frame without a timestamp: where it landed cannot be known. */
  private canSeek = true;
  private damaged = 0;
  private readFailure: string | null = null;

  constructor(
    private readonly av: Av,
    private readonly path: string,
    private readonly name: string,
    private readonly pulse: Pulse,
  ) {
    [this.input, this.decoder] = this.open();
    const { context, stream } = this.input;
    const start = context.startTime === av.AV_NOPTS_VALUE ? null : Number(context.startTime) / 1e6;
    this.zeroSeconds = start ?? toSeconds(av, stream.startTime, stream) ?? 0;
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
    this.hasSought = false;
    this.awaitsKey = false;
    this.lastKeySeconds = 0;
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
    const jump = Math.max(shortJumpSeconds, this.longestGopSeconds, now - this.lastKeySeconds);
    if (this.isLost) {
      await this.seek(time);
    } else if (time < now - timeTolerance) {
      if (!this.isFirst) await this.seek(time);
    } else if (this.upcoming !== null && time > this.upcoming.time + jump && this.canSeek) {
      await this.seek(time);
    }
    while (this.upcoming !== null && this.upcoming.time <= time + timeTolerance) await this.advance();
  }

  close(): void {
    for (const frame of this.frames) frame.free();
    this.packet.free();
    this.closeInput();
  }

  private open(): [VideoInput, CodecContext] {
    const input = openInput(this.av, this.path, this.name);
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
    const { context, stream } = this.input;
    for (const margin of seekMargins) {
      const target = time + this.zeroSeconds - margin;
      if (!this.canSeek || target <= this.zeroSeconds) break;
      const timestamp = BigInt(Math.floor((target * stream.timeBase.den) / stream.timeBase.num));
      if (context.seekFrameSync(stream.index, timestamp, this.av.AVSEEK_FLAG_BACKWARD) < 0) break;
      this.decoder.flushBuffers();
      this.hasSought = true;
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
        return this.timed(frame, previous);
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
      const status = input.context.readFrameSync(packet);
      if (status === av.AVERROR_EAGAIN) continue;
      if (status < 0) {
        if (status !== av.AVERROR_EOF) this.readFailure = av.FFmpegError.strerror(status);
        this.draining = true;
        this.decoder.sendPacketSync(null);
        return true;
      }
      try {
        if (packet.streamIndex !== input.stream.index) continue;
        if (this.awaitsKey && !packet.isKeyframe) continue;
        if (packet.isKeyframe) this.noteKey();
        const sent = this.decoder.sendPacketSync(packet);
        if (sent < 0) this.damaged++;
        return sent >= 0;
      } finally {
        packet.unref();
      }
    }
  }

  private noteKey(): void {
    const { av, packet } = this;
    const { stream } = this.input;
    const sought = this.awaitsKey;
    this.awaitsKey = false;
    const time = toSeconds(av, packet.pts, stream) ?? toSeconds(av, packet.dts, stream);
    if (time === null) return;
    const key = time - this.zeroSeconds;
    if (!sought) this.longestGopSeconds = Math.max(this.longestGopSeconds, key - this.lastKeySeconds);
    this.lastKeySeconds = key;
  }

  /** A frame without a timestamp follows the one before it. */
  private timed(frame: Frame, previous: TimedFrame | null): TimedFrame {
    const { av } = this;
    const { stream } = this.input;
    if (frame.decodeErrorFlags !== 0 || (frame.flags & av.AV_FRAME_FLAG_CORRUPT) !== 0) this.damaged++;
    const usual = usualSeconds(stream);
    const durationSeconds = frame.duration > 0n ? (toSeconds(av, frame.duration, stream) ?? usual) : usual;
    const stamp = toSeconds(av, frame.bestEffortTimestamp, stream);
    if (stamp !== null) {
      return { frame, time: Math.max(stamp - this.zeroSeconds, previous?.time ?? -Infinity), durationSeconds };
    }
    if (previous !== null) return { frame, time: previous.time + previous.durationSeconds, durationSeconds };
    if (this.hasSought) this.canSeek = false;
    return { frame, time: this.hasSought ? Infinity : 0, durationSeconds };
  }
}

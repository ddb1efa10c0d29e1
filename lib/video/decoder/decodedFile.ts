import { KinetorchError } from '../../base/errors';
import { slideWindows } from '../slideWindows';
import type { ClipWindow, SlideWindows, VideoInfo } from '../types';
import type { Av } from './av';
import { type FrameSequence, FrameSource, type TimedFrame } from './frameSource';
import { measureVideo } from './measureVideo';
import { orientationOf, upright } from './orientation';
import { PictureSource } from './pictureSource';
import type { Pulse } from './pulse';
import { RgbConverter } from './rgbConverter';

/** Where clips go. `begin` waits until the reader wants another; `frame` until the pipe has room. */
export interface ClipSink {
  begin(clip: { startSeconds: number; endSeconds: number; frames: number }): Promise<void>;
  frame(picture: Buffer): Promise<void>;
}

/** A video open for reading, in the decoder process. */
export class DecodedFile {
  private picture: { serial: number; rgb: Buffer } | null = null;

  private constructor(
    private readonly source: FrameSequence,
    private readonly converter: RgbConverter,
    readonly info: Omit<VideoInfo, 'path'>,
    private readonly headerWarnings: string[],
  ) {}

  /** `ERR_VIDEO_OPEN`, `ERR_VIDEO_NO_STREAM`, or `ERR_VIDEO_DECODE` where not even one frame can be decoded. */
  static async open(av: Av, path: string, name: string, pulse: Pulse): Promise<DecodedFile> {
    const source = new FrameSource(av, path, name, pulse);
    try {
      if (!(await source.rewind()) || source.current === null) {
        throw new KinetorchError('ERR_VIDEO_DECODE', `no frame of "${name}" could be decoded`);
      }
      const { frame } = source.current;
      const { stream, container } = source;
      const orientation = orientationOf(
        stream.codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX) ??
          frame.getSideData(av.AV_FRAME_DATA_DISPLAYMATRIX),
      );
      const { width, height } = frame;
      const measure = await measureVideo(av, path, name, source.zeroSeconds, pulse);
      const info = {
        container,
        codec: source.codec,
        width: orientation.transpose ? height : width,
        height: orientation.transpose ? width : height,
        rotation: orientation.rotation,
        durationSeconds: measure.durationSeconds,
        frameRate: measure.frameRate,
      };
      return new DecodedFile(source, new RgbConverter(av, width, height, orientation), info, measure.warnings);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** A folder of pictures at `rate` a second: `ERR_VIDEO_OPEN` where it holds none, `ERR_VIDEO_DECODE`. */
  static async openPictures(av: Av, path: string, name: string, rate: number): Promise<DecodedFile> {
    const source = new PictureSource(av, path, name, rate);
    try {
      await source.rewind();
      const { width, height } = source.current.frame;
      const info = {
        container: 'pictures',
        codec: source.codec,
        width,
        height,
        rotation: 0,
        durationSeconds: source.length / rate,
        frameRate: rate,
      };
      return new DecodedFile(source, new RgbConverter(av, width, height, upright), info, []);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  get warnings(): string[] {
    return [...this.headerWarnings, ...this.source.warnings];
  }

  async readClips(windows: ClipWindow[], sink: ClipSink): Promise<void> {
    for (const { startSeconds, frames, frameRate } of windows) {
      await sink.begin({ startSeconds, endSeconds: this.endOf(startSeconds, frames / frameRate), frames });
      for (let i = 0; i < frames; i++) {
        await this.source.show(startSeconds + i / frameRate);
        await sink.frame(this.currentPicture());
      }
    }
  }

  /** The windows from number `from` on. */
  async slide(windows: SlideWindows, from: number, sink: ClipSink): Promise<void> {
    const { source } = this;
    if (from === 0) await source.rewind();
    else await source.show(from * windows.strideSeconds);
    const endOf = (last: TimedFrame) => last.time + last.durationSeconds;
    const { frames, frameRate } = windows;
    const filled = slideWindows(source, windows, from, () => this.currentPicture(), endOf);
    for await (const { startSeconds, pictures } of filled) {
      await sink.begin({ startSeconds, endSeconds: this.endOf(startSeconds, frames / frameRate), frames });
      for (const picture of pictures) await sink.frame(picture);
    }
  }

  close(): void {
    this.source.close();
  }

  private endOf(startSeconds: number, length: number): number {
    return Math.max(startSeconds, Math.min(startSeconds + length, this.info.durationSeconds));
  }

  /** The frame on screen as RGB, converted once however often it is shown. */
  private currentPicture(): Buffer {
    const { current, serial } = this.source;
    if (current === null) throw new KinetorchError('ERR_VIDEO_DECODE', 'no frame could be decoded');
    if (this.picture?.serial !== serial) this.picture = { serial, rgb: this.converter.convert(current.frame) };
    return this.picture.rgb;
  }
}

import { KinetorchError } from '../../base/errors';
import { timeTolerance } from '../../base/timeTolerance';
import type { ClipWindow, SlideWindows, VideoClip, VideoInfo } from '../types';
import type { Av } from './av';
import { type FrameSequence, FrameSource, type TimedFrame } from './frameSource';
import { measureVideo } from './measureVideo';
import { orientationOf, upright } from './orientation';
import { PictureSource } from './pictureSource';
import type { Pulse } from './pulse';
import { RgbConverter } from './rgbConverter';

/** What is said of a clip before its frames. */
export type ClipSpan = Pick<VideoClip, 'startSeconds' | 'endSeconds' | 'paddedSeconds' | 'frames'>;

/** Where clips go. `begin` waits until the reader wants another; `frame` until the pipe has room. */
export interface ClipSink {
  begin(clip: ClipSpan): Promise<void>;
  frame(picture: Buffer): Promise<void>;
}

/** One window of a slide that is being filled: the pictures found so far, in order. */
interface OpenWindow {
  startSeconds: number;
  pictures: Buffer[];
}

/** A video open for reading, in the decoder process. */
export class DecodedFile {
  private picture: { serial: number; rgb: Buffer } | null = null;
  private readonly isSinglePicture: boolean;

  /** `source` is at its first frame. */
  private constructor(
    private readonly source: FrameSequence,
    private readonly converter: RgbConverter,
    readonly info: Omit<VideoInfo, 'path'>,
    private readonly headerWarnings: string[],
  ) {
    this.isSinglePicture = source.upcoming === null;
  }

  /** `ERR_VIDEO_OPEN`, `ERR_VIDEO_NO_STREAM`, or `ERR_VIDEO_DECODE` where not even one frame can be decoded. */
  static async open(av: Av, path: string, name: string, pulse: Pulse): Promise<DecodedFile> {
    const { timeline, warnings } = await measureVideo(av, path, name, pulse);
    const source = new FrameSource(av, path, name, timeline, pulse);
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
      const { avgFrameRate } = stream;
      const info = {
        container,
        codec: source.codec,
        width: orientation.transpose ? height : width,
        height: orientation.transpose ? width : height,
        rotation: orientation.rotation,
        durationSeconds: source.durationSeconds,
        frameRate: timeline.frameRate ?? (avgFrameRate.num > 0 ? avgFrameRate.num / avgFrameRate.den : null),
      };
      return new DecodedFile(source, new RgbConverter(av, width, height, orientation), info, warnings);
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
    const { headerWarnings, isSinglePicture, source } = this;
    const single = isSinglePicture
      ? ['the video is a single picture, which is repeated: motion cannot be seen in it']
      : [];
    return [...headerWarnings, ...single, ...source.warnings];
  }

  async readClips(windows: ClipWindow[], sink: ClipSink): Promise<void> {
    for (const window of windows) {
      const { startSeconds, frames, frameRate } = window;
      await sink.begin(this.spanOf(window));
      for (let i = 0; i < frames; i++) {
        await this.source.show(startSeconds + i / frameRate);
        await sink.frame(this.currentPicture());
      }
    }
  }

  /** The windows from number `from` on. */
  async slide({ frames, frameRate, strideSeconds }: SlideWindows, from: number, sink: ClipSink): Promise<void> {
    const { source } = this;
    if (from === 0) await source.rewind();
    else await source.show(from * strideSeconds);
    const open: OpenWindow[] = [];
    let begun = from;
    /** Whether a window lies past the video's end for the most part, or the one before it has shown the last frame already. */
    const addsNothing = (index: number, last: TimedFrame) =>
      index > 0 &&
      ((index - 1) * strideSeconds + (frames - 1) / frameRate >= last.time - timeTolerance ||
        this.spanOf({ startSeconds: index * strideSeconds, frames, frameRate }).paddedSeconds * frameRate > frames / 2);
    for (let more = true; more; ) {
      const { current, upcoming } = source;
      if (current === null) throw new KinetorchError('ERR_VIDEO_DECODE', 'no frame could be decoded');
      // `current` is on screen until `upcoming` replaces it; the last one stays.
      const until = upcoming === null ? Infinity : upcoming.time - timeTolerance;
      while (begun * strideSeconds < until && !(upcoming === null && addsNothing(begun, current))) {
        open.push({ startSeconds: begun++ * strideSeconds, pictures: [] });
      }
      while (upcoming === null && open.length > 0 && addsNothing(begun - 1, current)) {
        open.pop();
        begun--;
      }
      for (const { startSeconds, pictures } of open) {
        while (pictures.length < frames && startSeconds + pictures.length / frameRate < until) {
          pictures.push(this.currentPicture());
        }
      }
      while (open[0] !== undefined && open[0].pictures.length === frames) {
        const { startSeconds, pictures } = open.shift() as OpenWindow;
        await sink.begin(this.spanOf({ startSeconds, frames, frameRate }));
        for (const picture of pictures) await sink.frame(picture);
      }
      more = await source.advance();
    }
  }

  close(): void {
    this.source.close();
  }

  private spanOf({ startSeconds, frames, frameRate }: ClipWindow): ClipSpan {
    const { durationSeconds } = this.info;
    const endSeconds = Math.max(startSeconds, Math.min(startSeconds + frames / frameRate, durationSeconds));
    // Instants before the first frame, and past the last.
    const early = Math.ceil(-startSeconds * frameRate - timeTolerance);
    const late = frames - Math.ceil((durationSeconds - startSeconds) * frameRate - timeTolerance);
    const padded = Math.max(0, Math.min(frames, early)) + Math.max(0, Math.min(frames, late));
    return { startSeconds, endSeconds, paddedSeconds: Math.min(frames, padded) / frameRate, frames };
  }

  /** The frame on screen as RGB, converted once however often it is shown. */
  private currentPicture(): Buffer {
    const { current, serial } = this.source;
    if (current === null) throw new KinetorchError('ERR_VIDEO_DECODE', 'no frame could be decoded');
    if (this.picture?.serial !== serial) this.picture = { serial, rgb: this.converter.convert(current.frame) };
    return this.picture.rgb;
  }
}

import { KinetorchError } from '../../base/errors';
import { type ClipSpan, clipSpan } from '../clipSpan';
import { instantOf } from '../instantOf';
import { videoLimits } from '../limits';
import { slideWindows } from '../slideWindows';
import type { ClipWindow, FrameForm, FrameSize, SlideWindows, VideoInfo } from '../types';
import type { Av } from './av';
import { geometryOf, ownGeometry } from './frameGeometry';
import { type FrameSequence, FrameSource } from './frameSource';
import type { InputFile } from './inputFile';
import { measureVideo } from './measureVideo';
import { type PictureFiles, PictureSource } from './pictureSource';
import type { Pulse } from './pulse';
import { RgbConverter } from './rgbConverter';
import { isSaidToHaveAlpha } from './videoInput';

/** Where clips go. `begin` waits until the reader wants another; `frame` until the pipe has room. */
export interface ClipSink {
  begin(clip: ClipSpan): Promise<void>;
  frame(picture: Buffer): Promise<void>;
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
  static async open(av: Av, file: InputFile, form: FrameForm, pulse: Pulse): Promise<DecodedFile> {
    const { timeline, warnings } = await measureVideo(av, file, pulse);
    const source = new FrameSource(av, file, timeline, pulse);
    try {
      if (!(await source.rewind()) || source.current === null) {
        throw new KinetorchError('ERR_VIDEO_DECODE', `no frame of "${file.name}" could be decoded`);
      }
      requireLength(file, source.durationSeconds);
      const { stream, container, codec } = source;
      const { frame } = source.current;
      const { avgFrameRate } = stream;
      const converter = new RgbConverter(av, frame, geometryOf(av, stream, frame), form);
      if (isSaidToHaveAlpha(stream) && !converter.describe(frame).hasAlpha) {
        warnings.push(
          'the video has an alpha channel that cannot be decoded: what is transparent shows as it is stored',
        );
      }
      const info = {
        container,
        codec,
        ...converter.info,
        durationSeconds: source.durationSeconds,
        frameRate: timeline.frameRate ?? (avgFrameRate.num > 0 ? avgFrameRate.num / avgFrameRate.den : null),
      };
      return new DecodedFile(source, converter, info, warnings);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** A folder of pictures at `rate` a second: `ERR_VIDEO_OPEN` where it holds none, `ERR_VIDEO_DECODE`. */
  static async openPictures(av: Av, folder: PictureFiles, form: FrameForm): Promise<DecodedFile> {
    const { rate } = folder;
    const source = new PictureSource(av, folder);
    try {
      await source.rewind();
      const converter = new RgbConverter(av, source.current.frame, ownGeometry, form);
      const info = {
        container: 'pictures',
        codec: source.codec,
        ...converter.info,
        durationSeconds: source.length / rate,
        frameRate: rate,
      };
      return new DecodedFile(source, converter, info, []);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  get frameSize(): FrameSize {
    const { width, height } = this.converter.fit;
    return { width, height };
  }

  get warnings(): string[] {
    const { headerWarnings, isSinglePicture, source, converter } = this;
    const single = isSinglePicture
      ? ['the video is a single picture, which is repeated: motion cannot be seen in it']
      : [];
    return [...headerWarnings, ...single, ...converter.warnings, ...source.warnings];
  }

  async readClips(windows: ClipWindow[], sink: ClipSink): Promise<void> {
    for (const window of windows) {
      await sink.begin(this.spanOf(window));
      for (let i = 0; i < window.frames; i++) {
        await this.source.show(window.startSeconds + instantOf(window, i));
        await sink.frame(this.currentPicture());
      }
    }
  }

  /** The windows from number `from` on. */
  async slide(windows: SlideWindows, from: number, sink: ClipSink): Promise<void> {
    const { source } = this;
    if (from === 0) await source.rewind();
    else await source.show(windows.strideSeconds * from);
    const filled = slideWindows(
      source,
      windows,
      from,
      () => this.currentPicture(),
      () => this.info.durationSeconds,
    );
    for await (const { startSeconds, pictures } of filled) {
      await sink.begin(this.spanOf({ ...windows, startSeconds }));
      for (const picture of pictures) await sink.frame(picture);
    }
  }

  close(): void {
    this.converter.close();
    this.source.close();
  }

  private spanOf(window: ClipWindow): ClipSpan {
    return clipSpan(window, this.info.durationSeconds);
  }

  /** The frame on screen as RGB, converted once however often it is shown. */
  private currentPicture(): Buffer {
    const { current, serial } = this.source;
    if (current === null) throw new KinetorchError('ERR_VIDEO_DECODE', 'no frame could be decoded');
    if (this.picture?.serial !== serial) this.picture = { serial, rgb: this.converter.convert(current.frame) };
    return this.picture.rgb;
  }
}

function requireLength({ name }: InputFile, seconds: number): void {
  if (seconds <= videoLimits.maxSeconds) return;
  throw new KinetorchError(
    'ERR_VIDEO_DECODE',
    `expected "${name}" to last for at most ${videoLimits.maxSeconds} s but it lasts for ${seconds}`,
  );
}

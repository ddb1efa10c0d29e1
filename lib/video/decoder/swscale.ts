import { KinetorchError } from '../../base/errors';
import type { Av, Frame } from './av';

type Scaler = InstanceType<Av['SoftwareScaleContext']>;

/** What a frame is converted to. */
export type Target = Pick<Frame, 'format' | 'width' | 'height' | 'colorSpace' | 'colorRange'>;

/**
 * `fast`: vectorised for planar 8-bit 4:2:0 and 4:2:2, and exact to ±1 for these. `exact`: for all others. `rounded`: to
 * fewer bits or chroma samples. `reduced`: to a much smaller size.
 */
export type Method = 'fast' | 'exact' | 'rounded' | 'reduced';

/** FFmpeg's converter of formats and sizes. What it makes is overwritten by the next of the same format. */
export class Swscale {
  private readonly scalers = new Map<string, Scaler>();
  private readonly frames = new Map<number, Frame>();

  constructor(private readonly av: Av) {}

  /** `ERR_VIDEO_DECODE` for a source that cannot be converted. */
  convert(source: Frame, target: Target, method: Method): Frame {
    const frame = this.frameOf(target);
    frame.colorSpace = target.colorSpace;
    frame.colorRange = target.colorRange;
    const status = this.scalerOf(method, target.format).scaleFrameSync(frame, source);
    if (status >= 0) return frame;
    throw new KinetorchError(
      'ERR_VIDEO_DECODE',
      `frames of pixel format ${formatName(this.av, source)} cannot be converted to RGB: ${this.av.FFmpegError.strerror(status)}`,
    );
  }

  close(): void {
    for (const scaler of this.scalers.values()) scaler.freeContext();
    for (const frame of this.frames.values()) frame.free();
  }

  private frameOf({ format, width, height }: Target): Frame {
    const known = this.frames.get(format);
    if (known?.width === width && known.height === height) return known;
    known?.free();
    const frame = new this.av.Frame();
    frame.alloc();
    this.frames.set(format, frame);
    Object.assign(frame, { format, width, height });
    // Of its own: swscale would have it share the source's where nothing is to convert.
    frame.getBuffer(0);
    return frame;
  }

  /** One for each conversion, as one that changes between two is set up anew each time. */
  private scalerOf(method: Method, format: number): Scaler {
    const key = `${method} ${format}`;
    const known = this.scalers.get(key);
    if (known) return known;
    const { av } = this;
    const flags = {
      fast: av.SWS_BICUBIC,
      exact: av.SWS_BICUBIC | av.SWS_ACCURATE_RND | av.SWS_FULL_CHR_H_INT,
      rounded: av.SWS_POINT,
      reduced: av.SWS_AREA | av.SWS_ACCURATE_RND,
    };
    const scaler = new av.SoftwareScaleContext();
    scaler.allocContext();
    scaler.setOption('sws_flags', flags[method]);
    if (method === 'rounded') scaler.setOption('sws_dither', 'none');
    this.scalers.set(key, scaler);
    return scaler;
  }
}

/** FFmpeg's name of a frame's pixel format. */
export function formatName(av: Av, { format }: Frame): string {
  return av.avGetPixFmtName(format as Parameters<Av['avGetPixFmtName']>[0]) ?? '';
}

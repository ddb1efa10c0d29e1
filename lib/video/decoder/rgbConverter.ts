import { KinetorchError } from '../../base/errors';
import type { Av, Frame } from './av';
import { type Orientation, turnUpright } from './orientation';

/** Pixel formats whose fourth component is opacity, by FFmpeg's name. */
const hasAlpha = /^(yuva|gbrap|rgba|bgra|argb|abgr|ya8|ya16|ayuv|vuya|pal8)/;
const isYuv = /^(yuv|nv|p0|p2|p4|y2|xv|uyv|yvy|ayuv|vuy)/;
/** Planar 8-bit 4:2:0 and 4:2:2 have a vectorised converter that is exact to ±1; all others need rounding flags. */
const hasFastPath = /^yuvj?42[02]p$/;

/** Turns decoded frames of any format into upright 8-bit RGB pictures of one size. */
export class RgbConverter {
  private readonly fast;
  private readonly exact;

  /** `width` and `height` are those of the stored picture, before it is turned. */
  constructor(
    private readonly av: Av,
    private readonly width: number,
    private readonly height: number,
    private readonly orientation: Orientation,
  ) {
    this.fast = this.scaler(av.SWS_BICUBIC);
    this.exact = this.scaler(av.SWS_BICUBIC | av.SWS_ACCURATE_RND | av.SWS_FULL_CHR_H_INT);
  }

  /** H×W×3, uint8. A frame of another size than the first is scaled to it; transparency is laid over white. */
  convert(frame: Frame): Buffer {
    const { av } = this;
    const name = av.avGetPixFmtName(frame.format as Parameters<Av['avGetPixFmtName']>[0]) ?? '';
    this.fillColorDefaults(frame, name);
    const alpha = hasAlpha.test(name);
    const picture = new av.Frame();
    picture.alloc();
    try {
      picture.format = alpha ? av.AV_PIX_FMT_RGBA : av.AV_PIX_FMT_RGB24;
      picture.width = this.width;
      picture.height = this.height;
      picture.colorSpace = av.AVCOL_SPC_RGB;
      picture.colorRange = av.AVCOL_RANGE_JPEG;
      // The same primaries and transfer on both sides: only matrix and range are converted, there is no tone mapping.
      picture.colorPrimaries = frame.colorPrimaries;
      picture.colorTrc = frame.colorTrc;
      const status = (hasFastPath.test(name) ? this.fast : this.exact).scaleFrameSync(picture, frame);
      if (status < 0) {
        throw new KinetorchError(
          'ERR_VIDEO_DECODE',
          `frames of pixel format ${name} cannot be converted to RGB: ${av.FFmpegError.strerror(status)}`,
        );
      }
      const bytes = picture.toBuffer();
      return turnUpright(alpha ? overWhite(bytes) : bytes, this.width, this.height, this.orientation);
    } finally {
      picture.free();
    }
  }

  private scaler(flags: number) {
    const scaler = new this.av.SoftwareScaleContext();
    scaler.allocContext();
    scaler.setOption('sws_flags', flags);
    return scaler;
  }

  /** Unspecified means BT.709 from 720 lines up and BT.601 below, limited range; FFmpeg itself assumes BT.601 always. */
  private fillColorDefaults(frame: Frame, name: string): void {
    const { av } = this;
    if (!isYuv.test(name)) return;
    const known: number[] = [
      av.AVCOL_SPC_BT709,
      av.AVCOL_SPC_FCC,
      av.AVCOL_SPC_BT470BG,
      av.AVCOL_SPC_SMPTE170M,
      av.AVCOL_SPC_SMPTE240M,
      av.AVCOL_SPC_BT2020_NCL,
      av.AVCOL_SPC_BT2020_CL,
    ];
    if (!known.includes(frame.colorSpace)) {
      frame.colorSpace = frame.height >= 720 ? av.AVCOL_SPC_BT709 : av.AVCOL_SPC_SMPTE170M;
    }
    if (frame.colorRange === av.AVCOL_RANGE_UNSPECIFIED) {
      frame.colorRange = name.startsWith('yuvj') ? av.AVCOL_RANGE_JPEG : av.AVCOL_RANGE_MPEG;
    }
  }
}

function overWhite(rgba: Buffer): Buffer {
  const rgb = Buffer.allocUnsafeSlow((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const opacity = rgba[from + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      rgb[to + channel] = 255 - Math.round(((255 - (rgba[from + channel] as number)) * opacity) / 255);
    }
  }
  return rgb;
}

import { KinetorchError } from '../../base/errors';
import type { FrameForm, VideoInfo } from '../types';
import type { Av, Frame } from './av';
import { flattenPicture } from './flattenPicture';
import { colourOf, type FrameColour } from './frameColour';
import { type FrameGeometry, uprightInfo } from './frameGeometry';
import { type Orientation, orientationOf } from './orientation';
import { copyOf, type StoredPicture, viewOf } from './pictureView';
import { yCgCoToRgb } from './yCgCo';

/** Planar 8-bit 4:2:0 and 4:2:2 have a vectorised converter that is exact to ±1; all others need rounding flags. */
const hasFastPath = /^yuvj?42[02]p$/;
/** A pixel this little off counts as square: some tools round the display size to whole pixels. */
const squareTolerance = 0.01;

type Scaler = InstanceType<Av['SoftwareScaleContext']>;

/** Turns decoded frames of any format into upright 8-bit RGB pictures of one size, that of the first. */
export class RgbConverter {
  /** What the first frame says of all pictures. */
  readonly info: Pick<VideoInfo, 'width' | 'height' | 'rotation' | 'sampleAspectRatio'>;
  /** What a viewer would see otherwise. */
  readonly warnings = new Set<string>();
  private readonly fast: Scaler;
  private readonly exact: Scaler;
  /** The frame at work, described as swscale is to understand it. */
  private readonly source: Frame;
  /** Where swscale writes to, by pixel format. */
  private readonly pictures = new Map<number, Frame>();

  constructor(
    private readonly av: Av,
    first: Frame,
    private readonly geometry: FrameGeometry,
    private readonly form: FrameForm,
  ) {
    this.info = uprightInfo(first, geometry, this.orientationOf(first));
    this.fast = this.scaler(av.SWS_BICUBIC);
    this.exact = this.scaler(av.SWS_BICUBIC | av.SWS_ACCURATE_RND | av.SWS_FULL_CHR_H_INT);
    this.source = new av.Frame();
    this.source.alloc();
    this.describe(first);
    this.noteShape();
  }

  /** H×W×3, uint8. A frame of another size than the first is scaled to it; transparency is laid over white. */
  convert(frame: Frame): Buffer {
    const orientation = this.orientationOf(frame);
    const { cropping } = this.geometry;
    const [width, height] = orientation.transpose
      ? [this.info.height, this.info.width]
      : [this.info.width, this.info.height];
    const stored = { width: width + cropping.left + cropping.right, height: height + cropping.top + cropping.bottom };
    this.source.ref(frame);
    try {
      return copyOf(viewOf(this.toRgb(stored), cropping, orientation));
    } finally {
      this.source.unref();
    }
  }

  close(): void {
    for (const scaler of [this.fast, this.exact]) scaler.freeContext();
    for (const picture of this.pictures.values()) picture.free();
    this.source.free();
  }

  private orientationOf(frame: Frame): Orientation {
    return this.geometry.orientation ?? orientationOf(frame.getSideData(this.av.AV_FRAME_DATA_DISPLAYMATRIX));
  }

  private describe(frame: Frame): FrameColour {
    const { av } = this;
    const colour = colourOf(av, frame, this.nameOf(frame), this.form.untaggedMatrix);
    for (const warning of colour.warnings) this.warnings.add(warning);
    // A PNG is called interlaced for the order in which it stores its pixels.
    if (colour.components === 'yuv' && frame.hasFlags(av.AV_FRAME_FLAG_INTERLACED)) {
      const first = frame.hasFlags(av.AV_FRAME_FLAG_TOP_FIELD_FIRST) ? 'top' : 'bottom';
      this.warnings.add(
        `the video is interlaced (${first} field first): each frame holds two moments, woven as they are stored`,
      );
    }
    return colour;
  }

  private noteShape(): void {
    const { width, height, sampleAspectRatio } = this.info;
    if (Math.abs(sampleAspectRatio - 1) < squareTolerance) return;
    this.warnings.add(
      `pixels of the video are not square but ${Number(sampleAspectRatio.toFixed(3))} times as wide as high: frames ` +
        `were taken as they are stored, ${width}×${height}`,
    );
  }

  private toRgb(size: { width: number; height: number }): StoredPicture {
    const { av, source } = this;
    const name = this.nameOf(source);
    const { components, matrix, isLimited, hasAlpha } = this.describe(source);
    // Fields are woven as they are stored, as FFmpeg's own scale filter does; apart, swscale would refuse the frame.
    source.clearFlags(av.AV_FRAME_FLAG_INTERLACED);
    // Nothing is said of primaries and transfer on either side: only matrix and range are converted.
    source.colorPrimaries = av.AVCOL_PRI_UNSPECIFIED;
    source.colorTrc = av.AVCOL_TRC_UNSPECIFIED;
    const scaler = hasFastPath.test(name) ? this.fast : this.exact;
    const isYCgCo = matrix === av.AVCOL_SPC_YCGCO;
    if (components === 'yuv') {
      source.colorSpace = (isYCgCo ? av.AVCOL_SPC_BT709 : matrix) as typeof source.colorSpace;
      source.colorRange = isLimited ? av.AVCOL_RANGE_MPEG : av.AVCOL_RANGE_JPEG;
    }
    if (isYCgCo) {
      const planes = this.scale(scaler, av.AV_PIX_FMT_YUV444P, size, source);
      return yCgCoToRgb({ data: planes.data as Buffer[], strides: planes.linesize, ...size }, isLimited);
    }
    // swscale takes all gray for full range.
    const isLimitedGray = isLimited && components === 'gray';
    const isPlain = !hasAlpha && !isLimitedGray;
    const rgb = { colorSpace: av.AVCOL_SPC_RGB, colorRange: av.AVCOL_RANGE_JPEG };
    const picture = this.scale(scaler, isPlain ? av.AV_PIX_FMT_RGB24 : av.AV_PIX_FMT_RGBA, size, rgb);
    const stored = { bytes: picture.data?.[0] as Buffer, stride: picture.linesize[0] as number, ...size };
    if (isPlain) return stored;
    const isPremultiplied = source.alphaMode === av.AVALPHA_MODE_PREMULTIPLIED;
    return flattenPicture(stored, { isLimited: isLimitedGray, isPremultiplied });
  }

  /** The source in another format and size; the frame is used again for the next one. */
  private scale(
    scaler: Scaler,
    format: Frame['format'],
    { width, height }: { width: number; height: number },
    { colorSpace, colorRange }: Pick<Frame, 'colorSpace' | 'colorRange'>,
  ): Frame {
    const { av } = this;
    let picture = this.pictures.get(format);
    if (picture === undefined || picture.width !== width || picture.height !== height) {
      picture?.free();
      picture = new av.Frame();
      picture.alloc();
      this.pictures.set(format, picture);
      Object.assign(picture, { format, width, height });
      // Of its own: swscale would have it share the source's where nothing is to convert.
      picture.getBuffer(0);
    }
    Object.assign(picture, { colorSpace, colorRange });
    const status = scaler.scaleFrameSync(picture, this.source);
    if (status >= 0) return picture;
    throw new KinetorchError(
      'ERR_VIDEO_DECODE',
      `frames of pixel format ${this.nameOf(this.source)} cannot be converted to RGB: ${av.FFmpegError.strerror(status)}`,
    );
  }

  private scaler(flags: number): Scaler {
    const scaler = new this.av.SoftwareScaleContext();
    scaler.allocContext();
    scaler.setOption('sws_flags', flags);
    return scaler;
  }

  private nameOf(frame: Frame): string {
    return this.av.avGetPixFmtName(frame.format as Parameters<Av['avGetPixFmtName']>[0]) ?? '';
  }
}

import type { FrameForm, VideoInfo } from '../types';
import type { Av, Frame } from './av';
import { flattenPicture } from './flattenPicture';
import { colourOf, type FrameColour } from './frameColour';
import { type FrameGeometry, uprightInfo } from './frameGeometry';
import { type Orientation, orientationOf } from './orientation';
import { type PictureFit, pictureFit } from './pictureFit';
import { PictureResizer } from './pictureResizer';
import { copyOf, type StoredPicture, uncropped, viewOf } from './pictureView';
import { formatName, type Method, Swscale } from './swscale';
import { yCgCoToRgb } from './yCgCo';

/** Formats with a vectorised converter. */
const hasFastPath = /^yuvj?42[02]p$/;
/** A pixel this little off counts as square: some tools round the display size to whole pixels. */
const squareTolerance = 0.01;

/** Turns decoded frames of any format into upright 8-bit RGB pictures of one size, that of the first. */
export class RgbConverter {
  /** What the first frame says of all pictures. */
  readonly info: Pick<VideoInfo, 'width' | 'height' | 'rotation' | 'sampleAspectRatio'>;
  /** Of the pictures as they are handed over. */
  readonly fit: PictureFit;
  /** What a viewer would see otherwise. */
  readonly warnings = new Set<string>();
  private readonly swscale: Swscale;
  private readonly resizer: PictureResizer | null;
  /** The frame at work, described as swscale is to understand it. */
  private readonly source: Frame;

  constructor(
    private readonly av: Av,
    first: Frame,
    private readonly geometry: FrameGeometry,
    private readonly form: FrameForm,
  ) {
    this.info = uprightInfo(first, geometry, this.orientationOf(first));
    this.fit = pictureFit(this.info, form.resize, geometry.cropping !== uncropped);
    this.resizer = this.fit.by === 'resized' ? new PictureResizer(this.fit.height, this.fit.width) : null;
    this.swscale = new Swscale(av);
    this.source = new av.Frame();
    this.source.alloc();
    this.describe(first);
    this.noteShape();
  }

  /** H×W×3, uint8. A frame of another size than the first is scaled to it; transparency is laid over white. */
  convert(frame: Frame): Buffer {
    const orientation = this.orientationOf(frame);
    const { cropping } = this.geometry;
    const seen = this.fit.by === 'reduced' ? this.fit : this.info;
    const [width, height] = orientation.transpose ? [seen.height, seen.width] : [seen.width, seen.height];
    const stored = { width: width + cropping.left + cropping.right, height: height + cropping.top + cropping.bottom };
    this.source.ref(frame);
    try {
      const view = viewOf(this.toRgb(stored), cropping, orientation);
      return this.resizer ? this.resizer.resize(view) : copyOf(view);
    } finally {
      this.source.unref();
    }
  }

  close(): void {
    this.swscale.close();
    this.source.free();
  }

  private orientationOf(frame: Frame): Orientation {
    return this.geometry.orientation ?? orientationOf(frame.getSideData(this.av.AV_FRAME_DATA_DISPLAYMATRIX));
  }

  /** What a frame says of its pixels. */
  describe(frame: Frame): FrameColour {
    const { av } = this;
    const colour = colourOf(av, frame, formatName(av, frame), this.form.untaggedMatrix);
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

  /** The source in the size given. */
  private toRgb(size: { width: number; height: number }): StoredPicture {
    const { av, source, swscale } = this;
    const { components, matrix, isLimited, hasAlpha } = this.describe(source);
    // Fields are woven as they are stored, as FFmpeg's own scale filter does; apart, swscale would refuse the frame.
    source.clearFlags(av.AV_FRAME_FLAG_INTERLACED);
    // Nothing is said of primaries and transfer on either side: only matrix and range are converted.
    source.colorPrimaries = av.AVCOL_PRI_UNSPECIFIED;
    source.colorTrc = av.AVCOL_TRC_UNSPECIFIED;
    const isYCgCo = matrix === av.AVCOL_SPC_YCGCO;
    if (components === 'yuv') {
      source.colorSpace = (isYCgCo ? av.AVCOL_SPC_BT709 : matrix) as Frame['colorSpace'];
      source.colorRange = isLimited ? av.AVCOL_RANGE_MPEG : av.AVCOL_RANGE_JPEG;
    }
    const { colorSpace, colorRange } = source;
    if (isYCgCo) {
      const planes = swscale.convert(
        source,
        { format: av.AV_PIX_FMT_YUV444P, ...size, colorSpace, colorRange },
        this.methodFor(source),
      );
      return yCgCoToRgb({ data: planes.data as Buffer[], strides: planes.linesize, ...size }, isLimited);
    }
    // swscale takes all gray for full range.
    const isLimitedGray = isLimited && components === 'gray';
    const isPlain = !hasAlpha && !isLimitedGray;
    const simple = components === 'yuv' && isPlain ? this.simpler(source) : source;
    const format = isPlain ? av.AV_PIX_FMT_RGB24 : av.AV_PIX_FMT_RGBA;
    const rgb = { format, ...size, colorSpace: av.AVCOL_SPC_RGB, colorRange: av.AVCOL_RANGE_JPEG };
    const picture = swscale.convert(simple, rgb, this.methodFor(simple));
    const stored = { bytes: picture.data?.[0] as Buffer, stride: picture.linesize[0] as number, ...size };
    if (isPlain) return stored;
    const isPremultiplied = source.alphaMode === av.AVALPHA_MODE_PREMULTIPLIED;
    return flattenPicture(stored, { isLimited: isLimitedGray, isPremultiplied });
  }

  private methodFor(frame: Frame): Method {
    if (this.fit.by === 'reduced') return 'reduced';
    return hasFastPath.test(formatName(this.av, frame)) ? 'fast' : 'exact';
  }

  /** Of a coarse picture, a format with a fast converter: see Note [Large frames]. */
  private simpler(frame: Frame): Frame {
    const { av } = this;
    const name = formatName(av, frame);
    if (!this.fit.isCoarse || this.fit.by === 'reduced' || hasFastPath.test(name)) return frame;
    const { width, height, colorSpace, colorRange } = frame;
    const format = /420|nv12|nv21|p01/.test(name) ? av.AV_PIX_FMT_YUV420P : av.AV_PIX_FMT_YUV422P;
    return this.swscale.convert(frame, { format, width, height, colorSpace, colorRange }, 'rounded');
  }
}

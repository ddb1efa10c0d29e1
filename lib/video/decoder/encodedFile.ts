import { KinetorchError } from '../../base/errors';
import type { Av, CodecContext, FormatContext, Frame, Packet, Stream } from './av';
import { Swscale } from './swscale';

/** What pictures are written as. */
export interface EncodedForm {
  path: string;
  /** Even numbers of pixels. */
  width: number;
  height: number;
  frameRate: number;
}

/** The first that this FFmpeg has is taken. */
const encoders = [
  { name: 'libx264', options: { preset: 'veryfast', crf: '18' } },
  { name: 'mpeg4', options: { qmin: '2', qmax: '6' } },
];

/** Ticks in `1000 * frameRate` of a second. */
const tick = 1000;

/** An MP4 that pictures are written to, one after the other. */
export class EncodedFile {
  private readonly output: FormatContext;
  private readonly encoder: CodecContext;
  private readonly stream: Stream;
  private readonly source: Frame;
  private readonly packet: Packet;
  private readonly swscale: Swscale;
  private pictures = 0;

  constructor(
    private readonly av: Av,
    private readonly form: EncodedForm,
  ) {
    const { path, width, height, frameRate } = form;
    const found = encoders.map(({ name, options }) => ({ codec: av.Codec.findEncoderByName(name as never), options }));
    const usable = found.find(({ codec }) => codec !== null);
    if (!usable?.codec) {
      throw new KinetorchError(
        'ERR_UNSUPPORTED',
        'expected an FFmpeg that can write H.264 or MPEG-4 but this one cannot',
      );
    }
    this.output = new av.FormatContext();
    this.check(this.output.allocOutputContext2(null, 'mp4', path), 'be an MP4');
    this.encoder = new av.CodecContext();
    this.encoder.allocContext3(usable.codec);
    this.encoder.width = width;
    this.encoder.height = height;
    this.encoder.pixelFormat = av.AV_PIX_FMT_YUV420P;
    this.encoder.timeBase = this.timeBase();
    this.encoder.framerate = new av.Rational(Math.round(frameRate * tick), tick);
    this.encoder.colorSpace = av.AVCOL_SPC_BT709;
    this.encoder.colorRange = av.AVCOL_RANGE_MPEG;
    this.encoder.setFlags(av.AV_CODEC_FLAG_GLOBAL_HEADER);
    // One by one: node-av frees a dictionary once more that FFmpeg has taken.
    for (const [name, value] of Object.entries(usable.options)) {
      this.check(this.encoder.setOption(name, value), 'be encoded');
    }
    this.check(this.encoder.open2Sync(usable.codec, null), 'be encoded');
    this.stream = this.output.newStream(null);
    this.check(this.stream.codecpar.fromContext(this.encoder), 'be described');
    this.stream.timeBase = this.timeBase();
    this.stream.avgFrameRate = this.encoder.framerate;
    this.check(this.output.openOutputSync(), 'be opened');
    // Players then begin before they have it whole.
    this.check(this.output.setOption('movflags', '+faststart'), 'be begun');
    this.check(this.output.writeHeaderSync(null), 'be begun');
    this.source = new av.Frame();
    this.source.alloc();
    Object.assign(this.source, { format: av.AV_PIX_FMT_RGB24, width, height });
    this.check(this.source.getBuffer(0), 'be given memory');
    this.source.colorSpace = av.AVCOL_SPC_RGB;
    this.source.colorRange = av.AVCOL_RANGE_JPEG;
    this.packet = new av.Packet();
    this.packet.alloc();
    this.swscale = new Swscale(av);
  }

  /** Bytes of a picture, H×W×3. */
  get pictureBytes(): number {
    return this.form.width * this.form.height * 3;
  }

  add(picture: Buffer): void {
    const { av, form } = this;
    const [plane] = this.source.data as Buffer[];
    const stride = this.source.linesize[0] as number;
    for (let row = 0; row < form.height; row++) {
      picture.copy(plane as Buffer, row * stride, row * form.width * 3, (row + 1) * form.width * 3);
    }
    const target = {
      format: av.AV_PIX_FMT_YUV420P,
      width: form.width,
      height: form.height,
      colorSpace: av.AVCOL_SPC_BT709,
      colorRange: av.AVCOL_RANGE_MPEG,
    };
    const frame = this.swscale.convert(this.source, target, 'exact');
    frame.makeWritable();
    frame.pts = BigInt(this.pictures++ * tick);
    this.check(this.encoder.sendFrameSync(frame), 'take a picture');
    this.drain();
  }

  finish(): void {
    this.check(this.encoder.sendFrameSync(null), 'be finished');
    this.drain();
    this.check(this.output.writeTrailerSync(), 'be finished');
    this.output.closeOutputSync();
  }

  private drain(): void {
    while (this.encoder.receivePacketSync(this.packet) >= 0) {
      this.packet.streamIndex = this.stream.index;
      // Without one, the last frame would fall outside the edit list.
      this.packet.duration ||= BigInt(tick);
      this.packet.rescaleTs(this.timeBase(), this.stream.timeBase);
      this.check(this.output.interleavedWriteFrameSync(this.packet), 'take a picture');
    }
  }

  private timeBase() {
    return new this.av.Rational(1, Math.round(this.form.frameRate * tick));
  }

  private check(status: number, what: string): void {
    if (status >= 0) return;
    const reason = this.av.FFmpegError.strerror(status);
    throw new KinetorchError('ERR_FILE_ACCESS', `expected ${this.form.path} to ${what} but FFmpeg said: ${reason}`);
  }
}

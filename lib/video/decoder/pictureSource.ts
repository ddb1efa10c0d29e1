import { extname, join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { isHidden } from '../../base/hiddenFiles';
import { timeTolerance } from '../../base/timeTolerance';
import { videoLimits } from '../limits';
import type { PictureList } from '../protocol';
import type { Av, CodecContext, Frame } from './av';
import type { FrameSequence, TimedFrame } from './frameSource';

/** FFmpeg's codec of a picture file, by extension. No demuxer is asked: its guess might name other files. */
const codecs = { '.jpg': 'mjpeg', '.jpeg': 'mjpeg', '.png': 'png' } as const;
type PictureCodec = (typeof codecs)[keyof typeof codecs];

const codecOf = (name: string): PictureCodec | undefined => codecs[extname(name).toLowerCase() as keyof typeof codecs];
/** frame2 before frame10. */
const inOrder = new Intl.Collator('en', { numeric: true });

/** A picture's name but for its number: a folder may also hold optical flow (`flow_x_0001.jpg`) or a cover. */
const seriesOf = (file: string) => file.slice(0, file.length - extname(file).length).replace(/\d+/g, '#');

/** A folder, and how to have its files. */
export interface PictureFiles extends PictureList {
  /** What errors call it. */
  name: string;
  read(file: string): Promise<Buffer>;
}

/** The pictures of a folder as frames of a video, in the order of their names. */
export class PictureSource implements FrameSequence {
  serial = 0;
  readonly warnings: string[] = [];
  private readonly files: string[];
  private readonly frame: Frame;
  private readonly decoders = new Map<PictureCodec, CodecContext>();
  private shown = -1;

  /** `ERR_VIDEO_OPEN` for a folder without pictures. */
  constructor(
    private readonly av: Av,
    private readonly folder: PictureFiles,
  ) {
    const { name } = folder;
    this.files = folder.files.filter((file) => codecOf(file) !== undefined && !isHidden(file)).sort(inOrder.compare);
    if (this.files.length === 0) {
      throw new KinetorchError('ERR_VIDEO_OPEN', `expected "${name}" to hold JPEG or PNG pictures but there are none`);
    }
    const series = [...new Set(this.files.map(seriesOf))];
    if (series.length > 1) {
      this.warnings.push(
        `pictures of several kinds are taken for frames of one video: ${series.slice(0, 5).join(', ')}`,
      );
    }
    this.frame = new av.Frame();
    this.frame.alloc();
  }

  get length(): number {
    return this.files.length;
  }

  get codec(): string {
    return codecOf(this.files[0] as string) as PictureCodec;
  }

  get current(): TimedFrame {
    return { frame: this.frame, time: this.shown / this.folder.rate, durationSeconds: 1 / this.folder.rate };
  }

  get upcoming(): { time: number } | null {
    return this.shown + 1 < this.length ? { time: (this.shown + 1) / this.folder.rate } : null;
  }

  async rewind(): Promise<boolean> {
    await this.decode(0);
    return true;
  }

  async advance(): Promise<boolean> {
    if (this.upcoming === null) return false;
    await this.decode(this.shown + 1);
    return true;
  }

  async show(time: number): Promise<void> {
    const index = Math.floor((time + timeTolerance) * this.folder.rate);
    await this.decode(Math.max(0, Math.min(this.length - 1, index)));
  }

  close(): void {
    for (const decoder of this.decoders.values()) decoder.freeContext();
    this.frame.free();
  }

  private async decode(index: number): Promise<void> {
    if (index === this.shown) return;
    const file = this.files[index] as string;
    const decoder = this.decoderOf(codecOf(file) as PictureCodec);
    const bytes = await this.folder.read(file);
    const packet = new this.av.Packet();
    packet.alloc();
    // Should the decoding fail, the frame holds nothing.
    this.shown = -1;
    try {
      packet.data = bytes;
      // FFmpeg adds a PNG without this mark to the one before it.
      packet.isKeyframe = true;
      const sent = decoder.sendPacketSync(packet);
      const received = sent < 0 ? sent : decoder.receiveFrameSync(this.frame);
      if (received < 0) {
        const reason = this.av.FFmpegError.strerror(received);
        throw new KinetorchError('ERR_VIDEO_DECODE', `"${join(this.folder.name, file)}" cannot be decoded: ${reason}`);
      }
    } finally {
      packet.free();
    }
    this.shown = index;
    this.serial++;
  }

  private decoderOf(name: PictureCodec): CodecContext {
    const known = this.decoders.get(name);
    if (known) return known;
    const { av } = this;
    const codec = av.Codec.findDecoderByName(name as Parameters<Av['Codec']['findDecoderByName']>[0]);
    const decoder = new av.CodecContext();
    decoder.allocContext3(codec);
    // With more, each frame would come out some pictures late.
    decoder.threadCount = 1;
    if (
      codec === null ||
      decoder.setOption('max_pixels', videoLimits.maxPixels) < 0 ||
      decoder.open2Sync(codec, null) < 0
    ) {
      decoder.freeContext();
      throw new KinetorchError('ERR_VIDEO_DECODE', `the decoder ${name} cannot be opened`);
    }
    this.decoders.set(name, decoder);
    return decoder;
  }
}

import type { Av } from '../../lib/video/decoder/av';
import type { Picture } from './picture';

export interface EncodeOptions {
  path: string;
  frameRate: number;
  /** x264's constant rate factor: higher is smaller. */
  quality: number;
}

/** Writes RGB pictures of one size as H.264 in MP4. */
export function encodeVideo(av: Av, pictures: Iterable<Picture>, { path, frameRate, quality }: EncodeOptions): void {
  const check = (status: number, what: string) => av.FFmpegError.throwIfError(status, what);
  const output = new av.FormatContext();
  check(output.allocOutputContext2(null, 'mp4', path), 'allocOutputContext2');
  const codec = av.Codec.findEncoderByName(av.FF_ENCODER_LIBX264);
  if (codec === null) throw new Error('expected FFmpeg to have the encoder libx264 but it has not');
  const encoder = new av.CodecContext();
  const packet = new av.Packet();
  packet.alloc();
  const timeBase = { num: 1, den: frameRate };
  const scaler = new av.SoftwareScaleContext();
  scaler.allocContext();
  const drain = () => {
    while (encoder.receivePacketSync(packet) >= 0) {
      packet.streamIndex = 0;
      packet.duration = 1n;
      packet.rescaleTs(timeBase, (output.streams[0] as (typeof output.streams)[number]).timeBase);
      check(output.interleavedWriteFrameSync(packet), 'interleavedWriteFrame');
    }
  };
  let count = 0;
  for (const { width, height, data } of pictures) {
    if (count === 0) {
      encoder.allocContext3(codec);
      encoder.width = width;
      encoder.height = height;
      encoder.pixelFormat = av.AV_PIX_FMT_YUV420P;
      encoder.timeBase = new av.Rational(1, frameRate);
      encoder.framerate = new av.Rational(frameRate, 1);
      encoder.gopSize = 2 * frameRate;
      encoder.setFlags(av.AV_CODEC_FLAG_GLOBAL_HEADER);
      encoder.setOption('preset', 'slow');
      encoder.setOption('crf', String(quality));
      check(encoder.open2Sync(codec, null), 'open2');
      const stream = output.newStream(null);
      stream.codecpar.fromContext(encoder);
      stream.timeBase = new av.Rational(1, frameRate);
      check(output.openOutputSync(), 'openOutput');
      check(output.writeHeaderSync(null), 'writeHeader');
    }
    const rgb = av.Frame.fromVideoBuffer(Buffer.from(data), { format: av.AV_PIX_FMT_RGB24, width, height, timeBase });
    const frame = new av.Frame();
    frame.alloc();
    frame.format = av.AV_PIX_FMT_YUV420P;
    frame.width = width;
    frame.height = height;
    check(scaler.scaleFrameSync(frame, rgb), 'scaleFrame');
    frame.pts = BigInt(count++);
    check(encoder.sendFrameSync(frame), 'sendFrame');
    drain();
    frame.free();
    rgb.free();
  }
  encoder.sendFrameSync(null);
  drain();
  check(output.writeTrailerSync(), 'writeTrailer');
  output.closeOutputSync();
  packet.free();
  encoder.freeContext();
}

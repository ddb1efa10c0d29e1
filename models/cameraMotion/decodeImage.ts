import type { Av, Frame } from '../../lib/video/decoder/av';
import type { Picture } from './picture';

/** Decodes a JPEG, a PNG or an OpenEXR image and shrinks it so that its longer side is at most `longestSide` pixels. */
export function decodeImage(av: Av, bytes: Buffer, longestSide: number): Picture {
  const codec = av.Codec.findDecoder(codecOf(av, bytes));
  if (codec === null) throw new Error('expected FFmpeg to have decoders of JPEG, PNG and OpenEXR but it has not');
  const decoder = new av.CodecContext();
  decoder.allocContext3(codec);
  // OpenEXR holds light as it is; a camera's picture has sRGB's curve.
  if (codec.id === av.AV_CODEC_ID_EXR) decoder.setOption('apply_trc', 'iec61966_2_1');
  const packet = new av.Packet();
  packet.alloc();
  const frame = new av.Frame();
  frame.alloc();
  try {
    av.FFmpegError.throwIfError(decoder.open2Sync(codec, null), 'open2');
    packet.data = bytes;
    av.FFmpegError.throwIfError(decoder.sendPacketSync(packet), 'sendPacket');
    av.FFmpegError.throwIfError(decoder.sendPacketSync(null), 'sendPacket');
    av.FFmpegError.throwIfError(decoder.receiveFrameSync(frame), 'receiveFrame');
    return shrunk(av, frame, longestSide);
  } finally {
    frame.free();
    packet.free();
    decoder.freeContext();
  }
}

function codecOf(av: Av, bytes: Buffer) {
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x89504e47) return av.AV_CODEC_ID_PNG;
  return magic === 0x762f3101 ? av.AV_CODEC_ID_EXR : av.AV_CODEC_ID_MJPEG;
}

function shrunk(av: Av, frame: Frame, longestSide: number): Picture {
  const scale = Math.min(1, longestSide / Math.max(frame.width, frame.height));
  const picture = new av.Frame();
  picture.alloc();
  try {
    picture.format = av.AV_PIX_FMT_RGB24;
    picture.width = Math.round(frame.width * scale);
    picture.height = Math.round(frame.height * scale);
    const scaler = new av.SoftwareScaleContext();
    scaler.allocContext();
    scaler.setOption('sws_flags', av.SWS_AREA | av.SWS_ACCURATE_RND | av.SWS_FULL_CHR_H_INT);
    av.FFmpegError.throwIfError(scaler.scaleFrameSync(picture, frame), 'scaleFrame');
    return { width: picture.width, height: picture.height, data: picture.toBuffer() };
  } finally {
    picture.free();
  }
}

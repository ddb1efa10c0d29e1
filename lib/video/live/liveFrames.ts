import { KinetorchError } from '../../base/errors';
import { type Av, type CodecContext, type Frame, type Packet, toSeconds } from '../decoder/av';
import { geometryOf } from '../decoder/frameGeometry';
import { RgbConverter } from '../decoder/rgbConverter';
import { checkPixels, findVideoStream, openDecoder, type VideoInput } from '../decoder/videoInput';
import { decoders } from '../decoder/whitelists';
import type { FrameForm, TimedPicture } from '../types';
import type { LiveSource } from './liveSource';

/** Makes the picture of a frame, at once or never: the next frame takes its place. */
type MakePicture = () => TimedPicture & { data: Buffer };

/**
 * Frames of a stream as they come, in the process that may open it. Packets are waited for off the event loop, so that this
 * process hears when its parent is gone.
 *
 * @param onOpen told when it is known what is in the stream
 */
export async function* liveFrames(
  av: Av,
  source: LiveSource,
  form: FrameForm,
  onOpen: () => void,
): AsyncGenerator<MakePicture, void> {
  const input = await open(av, source);
  const decoder = openDecoder(av, input);
  onOpen();
  const packet = new av.Packet();
  packet.alloc();
  const frame = new av.Frame();
  frame.alloc();
  let converter: RgbConverter | null = null;
  for (;;) {
    const isAtEnd = !(await feed(av, input, decoder, packet));
    while (decoder.receiveFrameSync(frame) >= 0) {
      const timeSeconds = timeOf(av, frame, input);
      if (timeSeconds === null) continue;
      converter ??= new RgbConverter(av, frame, geometryOf(av, input.stream, frame), form);
      const { fit } = converter;
      const convert = converter;
      yield () => ({ data: convert.convert(frame), width: fit.width, height: fit.height, timeSeconds });
    }
    if (isAtEnd) return;
  }
}

async function open(av: Av, source: LiveSource): Promise<VideoInput> {
  const context = new av.FormatContext();
  const options = av.Dictionary.fromObject({
    ...source.options,
    protocol_whitelist: source.protocols,
    format_whitelist: source.demuxers,
    codec_whitelist: decoders,
  });
  const format = source.format === null ? null : av.InputFormat.findInputFormat(source.format);
  const { shown: name } = source;
  const opened = await context.openInput(source.url, format, options);
  if (opened < 0) throw openError(av, name, opened);
  checkPixels(av, context, name);
  const probed = await context.findStreamInfo(null);
  if (probed < 0) throw openError(av, name, probed);
  checkPixels(av, context, name);
  return { context, stream: findVideoStream(av, context, name), name };
}

function openError(av: Av, name: string, status: number): KinetorchError {
  const reason = av.FFmpegError.strerror(status);
  return new KinetorchError(
    'ERR_VIDEO_OPEN',
    `expected "${name}" to be a stream of video but it cannot be opened: ${reason}`,
  );
}

/** Gives the decoder the next packet of the video. False at the end, where it gets that. */
async function feed(av: Av, { context, stream }: VideoInput, decoder: CodecContext, packet: Packet): Promise<boolean> {
  for (;;) {
    const status = await context.readFrame(packet);
    if (status === av.AVERROR_EAGAIN) continue;
    if (status < 0) {
      decoder.sendPacketSync(null);
      return false;
    }
    try {
      if (packet.streamIndex !== stream.index) continue;
      // What is damaged is left out: the next key picture makes up for it.
      decoder.sendPacketSync(packet);
      return true;
    } finally {
      packet.unref();
    }
  }
}

function timeOf(av: Av, frame: Frame, { stream }: VideoInput): number | null {
  return toSeconds(av, frame.bestEffortTimestamp, stream) ?? toSeconds(av, frame.pts, stream);
}

import { statSync } from 'node:fs';
import { availableCores } from '../../base/availableCores';
import { KinetorchError } from '../../base/errors';
import { videoLimits } from '../limits';
import type { Av, CodecContext, FormatContext, Stream } from './av';
import { decoders, demuxers, protocols } from './whitelists';

const maxThreads = 4;

/** An opened container, its video stream, and how errors name the file. */
export interface VideoInput {
  context: FormatContext;
  stream: Stream;
  name: string;
}

/** Opens the container and finds its video stream: `ERR_VIDEO_OPEN`, `ERR_VIDEO_NO_STREAM`. See Note [Whitelists]. */
export function openInput(av: Av, path: string, name: string): VideoInput {
  const context = new av.FormatContext();
  const whitelists = av.Dictionary.fromObject({
    protocol_whitelist: protocols,
    format_whitelist: demuxers,
    codec_whitelist: decoders,
  });
  const opened = context.openInputSync(`file:${path}`, null, whitelists);
  if (opened < 0) throw openError(name, statSync(path).size === 0 ? 'it is empty' : notRead(av, opened));
  try {
    checkPixels(av, context, name);
    const probed = context.findStreamInfoSync(null);
    if (probed < 0) throw openError(name, `it cannot be opened: ${av.FFmpegError.strerror(probed)}`);
    checkPixels(av, context, name);
    return { context, stream: findVideoStream(av, context, name), name };
  } catch (error) {
    context.closeInputSync();
    throw error;
  }
}

/** A decoder for the input's video stream: `ERR_VIDEO_DECODE` where the codec is not among those allowed. */
export function openDecoder(av: Av, input: VideoInput): CodecContext {
  const { codecpar, timeBase } = input.stream;
  const codec = findDecoder(av, input.stream);
  const decoder = new av.CodecContext();
  if (codec !== null) {
    decoder.allocContext3(codec);
    decoder.parametersToContext(codecpar);
    decoder.pktTimebase = timeBase;
    decoder.threadCount = Math.min(maxThreads, availableCores());
    // Set one by one: node-av 6 frees a dictionary given to open2 twice.
    const isLimited =
      decoder.setOption('codec_whitelist', decoders) >= 0 &&
      decoder.setOption('max_pixels', videoLimits.maxPixels) >= 0;
    if (isLimited && decoder.open2Sync(codec, null) >= 0) return decoder;
    decoder.freeContext();
  }
  throw new KinetorchError(
    'ERR_VIDEO_DECODE',
    `"${input.name}" cannot be decoded: expected a codec among ${decoders.replaceAll(',', ', ')} but received ${
      codec?.name ?? 'an unknown one'
    }`,
  );
}

/** Whether the container says that frames have an alpha channel, as WebM does. */
export function isSaidToHaveAlpha({ metadata }: Stream): boolean {
  return metadata?.get('alpha_mode') === '1';
}

/** Alpha of VP8 and VP9 lies beside their packets, and only libvpx decodes it. */
function findDecoder(av: Av, stream: Stream) {
  const { codecId } = stream.codecpar;
  if (isSaidToHaveAlpha(stream)) {
    const name = codecId === av.AV_CODEC_ID_VP8 ? 'libvpx' : codecId === av.AV_CODEC_ID_VP9 ? 'libvpx-vp9' : null;
    const codec = name && av.Codec.findDecoderByName(name as Parameters<Av['Codec']['findDecoderByName']>[0]);
    if (codec) return codec;
  }
  return av.Codec.findDecoder(codecId);
}

/** `ERR_VIDEO_NO_STREAM` where there is none. */
export function findVideoStream(av: Av, context: FormatContext, name: string): Stream {
  const stream = context.streams[context.findBestStream(av.AVMEDIA_TYPE_VIDEO)];
  if (stream === undefined || (stream.disposition & av.AV_DISPOSITION_ATTACHED_PIC) !== 0) {
    throw new KinetorchError(
      'ERR_VIDEO_NO_STREAM',
      `expected "${name}" to hold a video stream but received ${describeStreams(av, context)}`,
    );
  }
  return stream;
}

function describeStreams(av: Av, context: FormatContext): string {
  const kinds = context.streams.map((stream) => {
    if (stream.codecpar.codecType === av.AVMEDIA_TYPE_VIDEO) return 'cover picture';
    return stream.codecpar.codecType === av.AVMEDIA_TYPE_AUDIO ? 'audio' : 'data';
  });
  return kinds.length > 0 ? `only ${kinds.join(', ')}` : 'no stream at all';
}

/** Before the probe and after it: the probe itself decodes frames, and a picture of 2³¹ pixels fits in a small file. */
export function checkPixels(av: Av, context: FormatContext, name: string): void {
  for (const { codecpar } of context.streams) {
    if (codecpar.codecType === av.AVMEDIA_TYPE_VIDEO && codecpar.width * codecpar.height > videoLimits.maxPixels) {
      throw new KinetorchError(
        'ERR_VIDEO_DECODE',
        `expected frames of "${name}" to have at most ${videoLimits.maxPixels} pixels but received ${codecpar.width}×${
          codecpar.height
        }`,
      );
    }
  }
}

function openError(name: string, reason: string): KinetorchError {
  return new KinetorchError('ERR_VIDEO_OPEN', `expected "${name}" to be a video file but ${reason}`);
}

function notRead(av: Av, status: number): string {
  const reason = av.FFmpegError.strerror(status);
  return `it cannot be opened: ${reason} (containers that are read: ${demuxers.replaceAll(',', ', ')})`;
}

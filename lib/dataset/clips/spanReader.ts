import { KinetorchError } from '../../base/errors';
import { timeTolerance } from '../../base/timeTolerance';
import { pickFrames } from '../../clip/pickFrames';
import { resizedSize } from '../../clip/resizedSize';
import type { RgbClip } from '../../clip/types';
import { callNative, native } from '../../native';
import type { DecodedVideo } from '../../video/decodedVideo';
import { DecoderDeath, saysNothingOfVideo } from '../../video/decoderDeath';
import { openDecodedVideo } from '../../video/openVideo';
import type { ClipWindow, VideoInfo } from '../../video/types';
import type { UntaggedMatrix } from '../../video/untaggedMatrix';
import type { ClipCache } from '../types';
import type { FrameChoice } from './temporalSampling';

/** The part of a video that a sample is, and how it is decoded: `rate` frames a second, resized. */
export interface Span {
  path: string;
  /** Frames a second of a folder of pictures; null for a video file. */
  pictureRate: number | null;
  startSeconds: number | null;
  endSeconds: number | null;
  rate: number;
  /** `[height, width]` or `[shortSide]`. */
  resize: readonly number[];
  antialias: boolean;
  untaggedMatrix?: UntaggedMatrix;
}

/** Spans of more frames are not kept: of a long video, a window at a time is decoded. */
const maxKeptFrames = 600;
/** Frames as decoded that come from the decoder in one piece. */
const maxPieceBytes = 2 ** 25;

interface ReadOptions {
  place?: SpanPlace | null;
  signal?: AbortSignal;
  /** Told what the decoder says of a video that it decoded. */
  onWarnings?: (warnings: readonly string[]) => void;
}

/** Where a span is kept. */
export interface SpanPlace {
  cache: ClipCache;
  /** The span's `spanKey`. */
  key: string;
}

/**
 * The frames of a span that `choose` picks. They come from the cache where it holds the span; else they are decoded, and
 * the whole span with them where the cache has room for it. The result is the same in either case.
 * Rejects with `ERR_ABORTED` once `signal` is.
 */
export async function readSpan(span: Span, choose: FrameChoice, options: ReadOptions = {}): Promise<RgbClip> {
  const { place } = options;
  const cached = await place?.cache.read(place.key, choose);
  if (cached) return cached;
  try {
    return await decodeOnce(span, choose, options);
  } catch (error) {
    // Whatever ended the process, an operator or a decoder's fault, one more try shows whether the file is to blame.
    if (error instanceof DecoderDeath || saysNothingOfVideo(error)) return decodeOnce(span, choose, options);
    throw error;
  }
}

async function decodeOnce(
  span: Span,
  choose: FrameChoice,
  { place, signal, onWarnings }: ReadOptions,
): Promise<RgbClip> {
  const { path, pictureRate, resize, antialias, untaggedMatrix } = span;
  const video = await openDecodedVideo(path, {
    signal,
    pictureRate: pictureRate ?? undefined,
    untaggedMatrix,
    resize: { size: resize, antialias },
  });
  try {
    const count = countFrames(span, video.info);
    const indices = choose(count);
    if (place && count <= maxKeptFrames && place.cache.hasRoom(count * frameBytes(span, video.info))) {
      const whole = await decodeFrames(
        video,
        span,
        Array.from({ length: count }, (_, index) => index),
        signal,
      );
      await place.cache.write(place.key, whole);
      return pickFrames(whole, indices);
    }
    const distinct = [...new Set(indices)].sort((a, b) => a - b);
    const places = new Map(distinct.map((index, at) => [index, at]));
    const decoded = await decodeFrames(video, span, distinct, signal);
    return pickFrames(
      decoded,
      indices.map((index) => places.get(index) as number),
    );
  } finally {
    onWarnings?.(video.warnings);
    await video.close();
  }
}

/** Frames on the span's grid; one at least. */
function countFrames({ path, startSeconds, endSeconds, rate }: Span, { durationSeconds }: VideoInfo): number {
  const start = startSeconds ?? 0;
  const end = Math.min(endSeconds ?? Infinity, durationSeconds);
  if (start > 0 && start >= end) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected "${path}" to last beyond the clip's start at ${start} s but it ends at ${end.toFixed(2)} s`,
    );
  }
  return Math.max(1, Math.ceil((end - start) * rate - timeTolerance));
}

function frameBytes({ resize }: Span, info: VideoInfo): number {
  const { height, width } = resizedSize(resize, info);
  return height * width * 3;
}

/** Frames at `indices`, which rise, each resized. */
async function decodeFrames(
  video: DecodedVideo,
  span: Span,
  indices: readonly number[],
  signal?: AbortSignal,
): Promise<RgbClip> {
  const pieceFrames = Math.max(1, Math.floor(maxPieceBytes / (video.frameSize.width * video.frameSize.height * 3)));
  const pieces: RgbClip[] = [];
  const windows = windowsOf(span, indices, pieceFrames);
  for await (const { data, frames, height, width } of video.readClips(windows, { signal })) {
    const clip = { data, frames, height, width };
    pieces.push(await callNative(() => native().resizeClip(clip, [...span.resize], span.antialias)));
  }
  return joined(pieces);
}

/** Windows of evenly spaced frames, as few as `maxFrames` allows. */
export function windowsOf(
  { startSeconds, rate }: Pick<Span, 'startSeconds' | 'rate'>,
  indices: readonly number[],
  maxFrames: number,
): ClipWindow[] {
  const windows: ClipWindow[] = [];
  for (let from = 0; from < indices.length; ) {
    const first = indices[from] as number;
    const step = (indices[from + 1] ?? first + 1) - first;
    let frames = 1;
    while (frames < maxFrames && indices[from + frames] === first + frames * step) frames++;
    windows.push({ startSeconds: (startSeconds ?? 0) + first / rate, frames, frameRate: rate / step });
    from += frames;
  }
  return windows;
}

function joined(pieces: readonly RgbClip[]): RgbClip {
  const [first] = pieces;
  if (!first) throw new KinetorchError('ERR_VIDEO_DECODE', 'the decoder gave no clip');
  if (pieces.length === 1) return first;
  const frames = pieces.reduce((sum, piece) => sum + piece.frames, 0);
  const data = new Uint8Array(frames * first.height * first.width * 3);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece.data, at);
    at += piece.data.length;
  }
  return { data, frames, height: first.height, width: first.width };
}

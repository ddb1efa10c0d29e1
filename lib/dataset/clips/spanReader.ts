import { KinetorchError } from '../../base/errors';
import { timeTolerance } from '../../base/timeTolerance';
import { pickFrames } from '../../clip/pickFrames';
import { resizedSize } from '../../clip/resizedSize';
import type { RgbClip } from '../../clip/types';
import { decodingOf } from '../../model/decodingOf';
import { DecoderDeath, saysNothingOfVideo } from '../../video/decoderDeath';
import { openDecodedVideo } from '../../video/openVideo';
import type { VideoInfo } from '../../video/types';
import type { UntaggedMatrix } from '../../video/untaggedMatrix';
import type { ClipCache } from '../types';
import { decodeFrames } from './decodeFrames';
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

/** Which frames of a span are wanted. */
export interface SpanFrames {
  span: Span;
  choose: FrameChoice;
  /** Where the span is kept. */
  place?: SpanPlace | null;
}

/** Where a span is kept. */
export interface SpanPlace {
  cache: ClipCache;
  /** The span's `spanKey`. */
  key: string;
}

interface ReadOptions {
  signal?: AbortSignal;
  /** Told what the decoder says of a video that it decoded. */
  onWarnings?: (warnings: readonly string[]) => void;
}

/**
 * The frames of spans of one video that their `choose` picks. They come from the cache where it holds the span; else the
 * video is decoded, once for all of them, and the whole span with them where its cache has room for it. The result is the
 * same in either case. Rejects with `ERR_ABORTED` once `signal` is.
 */
export async function readSpans(wanted: readonly SpanFrames[], options: ReadOptions = {}): Promise<RgbClip[]> {
  const cached = await Promise.all(wanted.map(({ place, choose }) => place?.cache.read(place.key, choose)));
  const missing = wanted.filter((_, index) => !cached[index]);
  const decoded = missing.length === 0 ? [] : await decodeTwice(missing, options);
  return cached.map((clip) => clip ?? (decoded.shift() as RgbClip));
}

async function decodeTwice(wanted: readonly SpanFrames[], options: ReadOptions): Promise<RgbClip[]> {
  try {
    return await decodeOnce(wanted, options);
  } catch (error) {
    // Whatever ended the process, an operator or a decoder's fault, one more try shows whether the file is to blame.
    if (error instanceof DecoderDeath || saysNothingOfVideo(error)) return decodeOnce(wanted, options);
    throw error;
  }
}

async function decodeOnce(wanted: readonly SpanFrames[], { signal, onWarnings }: ReadOptions): Promise<RgbClip[]> {
  const spans = wanted.map(({ span }) => span);
  const { path, pictureRate } = spans[0] as Span;
  const video = await openDecodedVideo(path, {
    signal,
    pictureRate: pictureRate ?? undefined,
    ...decodingOf(spans),
  });
  try {
    const parts = wanted.map((frames) => planPart(frames, video.info));
    const decoded = await decodeFrames(video, parts, signal);
    return await Promise.all(parts.map((part, index) => part.take(decoded[index] as RgbClip)));
  } finally {
    onWarnings?.(video.warnings);
    await video.close();
  }
}

/** What is decoded of a span, and what becomes of it. */
function planPart({ span, choose, place }: SpanFrames, info: VideoInfo) {
  const count = countFrames(span, info);
  const wanted = choose(count);
  const isKept = place && count <= maxKeptFrames && place.cache.hasRoom(count * frameBytes(span, info));
  const indices = isKept
    ? Array.from({ length: count }, (_, index) => index)
    : [...new Set(wanted)].sort((a, b) => a - b);
  const places = new Map(indices.map((index, at) => [index, at]));
  return {
    ...span,
    indices,
    take: async (decoded: RgbClip): Promise<RgbClip> => {
      if (isKept) await place.cache.write(place.key, decoded);
      return pickFrames(
        decoded,
        wanted.map((index) => places.get(index) as number),
      );
    },
  };
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

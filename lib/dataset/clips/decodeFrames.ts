import { KinetorchError } from '../../base/errors';
import { pickFrames } from '../../clip/pickFrames';
import type { RgbClip } from '../../clip/types';
import { sharedWindow } from '../../model/sharedWindow';
import { callNative, native } from '../../native';
import type { DecodedVideo } from '../../video/decodedVideo';
import type { ClipWindow } from '../../video/types';

/** Frames as decoded that come from the decoder in one piece. */
const maxPieceBytes = 2 ** 25;

/** Frames of a video at `startSeconds + indices / rate`, resized. */
export interface FramePart {
  startSeconds: number | null;
  rate: number;
  /** At least one; they rise. */
  indices: readonly number[];
  /** `[height, width]` or `[shortSide]`. */
  resize: readonly number[];
  antialias: boolean;
}

/** The frames of each part. The video is decoded once, every instant that one of them wants, and no more of it is kept. */
export async function decodeFrames(
  video: DecodedVideo,
  parts: readonly FramePart[],
  signal?: AbortSignal,
): Promise<RgbClip[]> {
  const { window, picks } = sharedWindow(parts.map(windowOf));
  const pieceFrames = Math.max(1, Math.floor(maxPieceBytes / (video.frameSize.width * video.frameSize.height * 3)));
  const resized = parts.map(() => [] as RgbClip[]);
  let from = 0;
  for await (const { data, frames, height, width } of video.readClips(piecesOf(window, pieceFrames), { signal })) {
    const piece = { data, frames, height, width };
    for (const [index, { resize, antialias }] of parts.entries()) {
      const own = picks?.[index]?.filter((frame) => frame >= from && frame < from + frames);
      if (own?.length === 0) continue;
      const clip = own
        ? pickFrames(
            piece,
            own.map((frame) => frame - from),
          )
        : piece;
      resized[index]?.push(await callNative(() => native().resizeClip(clip, [...resize], antialias)));
    }
    from += frames;
  }
  return resized.map(joined);
}

function windowOf({ startSeconds, rate, indices }: FramePart): ClipWindow {
  const offsets = indices.map((index) => index / rate);
  return { startSeconds: startSeconds ?? 0, frames: indices.length, frameRate: rate, offsets };
}

/** A window in pieces of at most `most` frames. */
function piecesOf({ offsets = [], ...window }: ClipWindow, most: number): ClipWindow[] {
  return Array.from({ length: Math.ceil(offsets.length / most) }, (_, piece) => {
    const own = offsets.slice(piece * most, (piece + 1) * most);
    return { ...window, frames: own.length, offsets: own };
  });
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

import { timeTolerance } from '../base/timeTolerance';
import type { ClipWindow, VideoClip } from './types';

/** What is said of a clip before its frames. */
export type ClipSpan = Pick<VideoClip, 'startSeconds' | 'endSeconds' | 'paddedSeconds' | 'frames'>;

/** What a window shows of a video that ends at `durationSeconds`, and for how long one frame is repeated in it. */
export function clipSpan({ startSeconds, frames, frameRate }: ClipWindow, durationSeconds: number): ClipSpan {
  const endSeconds = Math.max(startSeconds, Math.min(startSeconds + frames / frameRate, durationSeconds));
  // Instants before the first frame, and past the last.
  const early = Math.ceil(-startSeconds * frameRate - timeTolerance);
  const late = frames - Math.ceil((durationSeconds - startSeconds) * frameRate - timeTolerance);
  const padded = Math.max(0, Math.min(frames, early)) + Math.max(0, Math.min(frames, late));
  return { startSeconds, endSeconds, paddedSeconds: Math.min(frames, padded) / frameRate, frames };
}

import { timeTolerance } from '../base/timeTolerance';
import type { ClipWindow } from './types';

interface ViewCount {
  clips: number;
  frames: number;
  frameRate: number;
}

/**
 * Windows of `frames / frameRate` seconds spread evenly over a video, the first at its start and the last at its end; a
 * single window lies in the middle. Starts are at least one frame step apart: a video too short for `clips` of those gets
 * fewer, one no longer than a window gets one at 0.
 *
 * torchvision's `UniformClipSampler` is alike, but not the same: it counts in frames of the resampled video, rounds starts
 * down to whole ones and leaves a part of a frame at the end away, so that starts differ by up to three frames; and its
 * single clip is the first.
 */
export function uniformWindows(durationSeconds: number, options: ViewCount): ClipWindow[] {
  const { clips, frames, frameRate } = options;
  const room = Math.max(0, durationSeconds - frames / frameRate);
  const distinct = Math.floor(room * frameRate + timeTolerance) + 1;
  const count = Math.min(clips, distinct);
  if (count === 1) return [{ startSeconds: room / 2, frames, frameRate }];
  return Array.from({ length: count }, (_, i) => ({ startSeconds: (room * i) / (count - 1), frames, frameRate }));
}

/**
 * Windows of `frames` instants, one from each of `frames` equal parts of a video (Temporal Segment Networks). A single
 * window takes the middle of every part, several lie evenly shifted within the parts. Shifts of less than a frame count
 * too, as they move some instants to another frame; a video gets no more windows than it has frames.
 */
export function segmentWindows(durationSeconds: number, options: ViewCount): ClipWindow[] {
  const { clips, frames, frameRate } = options;
  const seconds = Math.max(durationSeconds, 1 / frameRate);
  const part = seconds / frames;
  const count = Math.max(1, Math.min(clips, Math.floor(seconds * frameRate + timeTolerance)));
  return Array.from({ length: count }, (_, i) => ({
    startSeconds: (part * (i + 0.5)) / count,
    frames,
    frameRate: frames / seconds,
  }));
}

/** The views in which a network is shown a video: `uniformWindows` for dense sampling, else `segmentWindows`. */
export function viewWindows(
  durationSeconds: number,
  options: ViewCount & { sampling?: 'dense' | 'segment' },
): ClipWindow[] {
  return options.sampling === 'segment'
    ? segmentWindows(durationSeconds, options)
    : uniformWindows(durationSeconds, options);
}

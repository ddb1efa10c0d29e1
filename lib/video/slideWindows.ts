import { timeTolerance } from '../base/timeTolerance';
import { clipSpan } from './clipSpan';
import { instantOf } from './instantOf';
import type { ClipWindow, SlideWindows } from './types';

/** Frames in the order of display: the one on screen, and the one that will replace it, null at the end. */
export interface ShownFrames<Shown extends { time: number }> {
  readonly current: Shown | null;
  readonly upcoming: { readonly time: number } | null;
  /** Shows the next frame. False at the end, where the last one stays. */
  advance(): Promise<boolean>;
}

/** A window and the pictures at its instants. */
export interface FilledWindow<Picture> {
  startSeconds: number;
  pictures: Picture[];
}

/**
 * Slides a window over frames, from window `from` on, whose start `shown` has to show: at each instant the frame that is
 * on screen then. The last window may be partial, its tail filled with the last frame, as long as it shows a frame that
 * the window before it did not.
 *
 * @param pictureOf the picture of the frame on screen
 * @param endOf when the last frame ends, in seconds
 */
export async function* slideWindows<Shown extends { time: number }, Picture>(
  shown: ShownFrames<Shown>,
  windows: SlideWindows,
  from: number,
  pictureOf: (current: Shown) => Picture,
  endOf: (last: Shown) => number,
): AsyncGenerator<FilledWindow<Picture>, void> {
  const { frames, strideSeconds } = windows;
  const open: FilledWindow<Picture>[] = [];
  let begun = from;
  /** Whether a window lies past the video's end for the most part, or the one before it has shown the last frame already. */
  const addsNothing = (index: number, last: Shown) =>
    index > 0 &&
    ((index - 1) * strideSeconds + instantOf(windows, frames - 1) >= last.time - timeTolerance ||
      isMostlyPadding({ ...windows, startSeconds: index * strideSeconds }, endOf(last)));
  for (let more = true; more; ) {
    const { current, upcoming } = shown;
    if (current === null) return;
    // `current` is on screen until `upcoming` replaces it; the last one stays.
    const until = upcoming === null ? Infinity : upcoming.time - timeTolerance;
    const isNext = () => begun * strideSeconds < until && !(upcoming === null && addsNothing(begun, current));
    while (upcoming === null && open.length > 0 && addsNothing(begun - 1, current)) {
      open.pop();
      begun--;
    }
    do {
      if (isNext()) open.push({ startSeconds: begun++ * strideSeconds, pictures: [] });
      for (const { startSeconds, pictures } of open) {
        while (pictures.length < frames && startSeconds + instantOf(windows, pictures.length) < until) {
          pictures.push(pictureOf(current));
        }
      }
      while (open[0] !== undefined && open[0].pictures.length === frames) yield open.shift() as FilledWindow<Picture>;
    } while (isNext());
    more = await shown.advance();
  }
}

function isMostlyPadding(window: ClipWindow, durationSeconds: number): boolean {
  return clipSpan(window, durationSeconds).paddedSeconds * window.frameRate > window.frames / 2;
}

import { viewWindows } from '../video/sampleWindows';
import type { ClipWindow, SlideWindows } from '../video/types';
import { type SharedWindow, sharedWindow } from './sharedWindow';
import type { ModelInput } from './types';

/** What networks say of the video that they are shown. */
type Inputs = readonly Pick<ModelInput, 'frames' | 'frameRate' | 'sampling'>[];

/**
 * The windows in which networks are shown a video, each sampled as its input says: of one, its own. Where a network has
 * fewer views of a short video than another, it sees some again.
 */
export function spreadWindows(inputs: Inputs, durationSeconds: number, clips: number): SharedWindow[] {
  const views = inputs.map((input) => viewWindows(durationSeconds, { ...input, clips }));
  const count = Math.max(...views.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    sharedWindow(views.map((own) => sharedOf(own, index, count) as ClipWindow)),
  );
}

/** Which of a network's views, `count` of them or fewer, goes with view `index` of `count`. */
export function sharedOf<View>(own: readonly View[], index: number, count: number): View | undefined {
  return own[Math.floor((index * own.length) / count)];
}

/**
 * A window that slides over a video. Without a length it lasts as long as the longest clip of the networks, and those of
 * the others lie in its middle; with one, each network's frames are spread over all of it.
 */
export function slidingWindow(
  inputs: Inputs,
  windowSeconds?: number,
  strideSeconds?: number,
): { slide: SlideWindows; picks: SharedWindow['picks'] } {
  const seconds = windowSeconds ?? Math.max(...inputs.map(({ frames, frameRate }) => frames / frameRate));
  const windows = inputs.map(({ frames, frameRate }) => {
    const rate = windowSeconds === undefined ? frameRate : frames / windowSeconds;
    return { startSeconds: (seconds - frames / rate) / 2, frames, frameRate: rate };
  });
  const { window, picks } = sharedWindow(windows);
  const { startSeconds: _, ...frames } = window;
  return { slide: { ...frames, strideSeconds: strideSeconds ?? seconds }, picks };
}

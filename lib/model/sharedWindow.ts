import { isDeepStrictEqual } from 'node:util';
import { instantOf } from '../video/instantOf';
import type { ClipWindow } from '../video/types';

/** A window of a video for several networks, decoded once. */
export interface SharedWindow {
  window: ClipWindow;
  /** Which of its frames each network sees; all of them where left out. */
  picks?: readonly (readonly number[])[];
}

/** Instants closer than this are one. Finer than what the decoder takes for one, so that no network sees another frame. */
const sameInstant = 1e-9;

/** The window whose frames are those of all windows. */
export function sharedWindow(windows: readonly ClipWindow[]): SharedWindow {
  const [first] = windows as [ClipWindow];
  if (windows.every((window) => isDeepStrictEqual(window, first))) return { window: first };
  const startSeconds = Math.min(...windows.map((window) => window.startSeconds));
  const endSeconds = Math.max(...windows.map((window) => window.startSeconds + window.frames / window.frameRate));
  const wanted = windows.flatMap((window, network) =>
    Array.from({ length: window.frames }, (_, place) => {
      return { network, place, offset: window.startSeconds - startSeconds + instantOf(window, place) };
    }),
  );
  const offsets: number[] = [];
  const picks = windows.map(() => [] as number[]);
  for (const { network, place, offset } of wanted.sort((a, b) => a.offset - b.offset || a.place - b.place)) {
    if (offset - (offsets.at(-1) ?? -Infinity) > sameInstant) offsets.push(offset);
    (picks[network] as number[])[place] = offsets.length - 1;
  }
  const frames = offsets.length;
  return { window: { startSeconds, frames, frameRate: frames / (endSeconds - startSeconds), offsets }, picks };
}

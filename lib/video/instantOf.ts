import type { WindowFrames } from './types';

/** When frame `index` of a window is looked at, in seconds from the window's start. */
export const instantOf = ({ frameRate, offsets }: WindowFrames, index: number): number =>
  offsets?.[index] ?? index / frameRate;

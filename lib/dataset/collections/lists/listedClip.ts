import type { SplitName } from '../../types';

/** A clip as a list names it, before anybody has looked for it. */
export interface ListedClip {
  /** What its file or folder may be called, the likeliest first: a path, or a part of it, whose extension may be left out. */
  names: readonly ListedName[];
  labels: readonly string[];
  /** Null where the list says nothing of it. */
  split: SplitName | null;
  group: string | null;
  /** Seconds within a file that holds more than the clip. */
  span: { start: number; end: number } | null;
  where: string;
}

export interface ListedName {
  path: string;
  /** Whether a file of this name holds more than the clip, which `span` then cuts out. */
  isWhole: boolean;
}

/** The formats of lists that are read. */
export type ListFormat = 'path-list' | 'kinetics' | 'something-something' | 'activitynet';

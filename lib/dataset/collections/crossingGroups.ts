import type { VideoSample } from '../types';

/** A group whose samples lie on several sides. */
export interface CrossingGroup {
  group: string;
  /** In the order in which they were met. */
  sides: string[];
}

/** The groups that are on more than one side, for example of a split or of folds. */
export function crossingGroups(placed: readonly { sample: VideoSample; side: string }[]): CrossingGroup[] {
  const sidesOf = new Map<string, Set<string>>();
  for (const { sample, side } of placed) {
    if (sample.group === null) continue;
    const sides = sidesOf.get(sample.group) ?? new Set();
    sidesOf.set(sample.group, sides.add(side));
  }
  return [...sidesOf].flatMap(([group, sides]) => (sides.size > 1 ? [{ group, sides: [...sides] }] : []));
}

import type { SplitName } from '../types';

/** What lists and folders call a split, in lower case. */
const splits = new Map<string, SplitName>([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  // Kinetics' own name.
  ['validate', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** What folders of clips are called, beside the name of a split. Where there are several, the first here is read. */
const contents = ['videos', 'video', 'clips', '', 'data', 'raw', 'rawframes', 'frames', 'images'];

/** The split of a name, whatever its case; null where it is none's. */
export function splitNamed(name: string): SplitName | null {
  return splits.get(name.trim().toLowerCase()) ?? null;
}

/** Words of a name: `videos_val_256` has two, and so has `trainingSet`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => word.replace(/(?<=^train|^test|^val)(list|set|split)$/, ''))
    .filter((word) => word !== '');
}

/** What a folder's name says of its content. */
export interface ContentFolder {
  split: SplitName | null;
  /** How much it is to be preferred to others, 0 first. */
  rank: number;
}

/** Reads `train`, `Validation`, `videos_val`, `train_256` or `videos`; null for a name of another kind, as a class has. */
export function contentFolder(name: string): ContentFolder | null {
  const words = wordsOf(name);
  const ofSplit = words.filter((word) => splits.has(word));
  const others = words.filter((word) => !splits.has(word));
  const rank = contents.indexOf(others[0] ?? '');
  if (words.length === 0 || ofSplit.length > 1 || others.length > 1 || rank < 0) return null;
  return { split: splits.get(ofSplit[0] ?? '') ?? null, rank };
}

/** How much a list of that name is to be preferred to others, 0 first: those of videos to those of frames. */
export function contentRank(name: string): number {
  const found = wordsOf(name).map((word) => contents.findIndex((one) => one === word || one === `${word}s`));
  return Math.min(contents.length, ...found.filter((rank) => rank >= 0));
}

/** The split that a list's name speaks of: `kinetics400_val_list_videos.txt`, `train.csv`; null where it is none or two. */
export function splitOfList(name: string): SplitName | null {
  const found = new Set(wordsOf(name).flatMap((word) => splits.get(word) ?? []));
  return found.size === 1 ? ([...found][0] as SplitName) : null;
}

import type { SplitName } from '../types';
import { type ContentFolder, contentFolder } from './splitNames';

/** A folder whose folders are the classes. */
export interface ClassRoot {
  /** '' or a path that ends with `/`. */
  prefix: string;
  split: SplitName | null;
}

/** Where the class folders are. */
export interface ClassLayout {
  /** None where folders of splits hold no folders of classes. */
  roots: ClassRoot[];
  /** Folders beside those that are read: other forms of the same clips, or what belongs to no split. */
  copies: string[];
  others: string[];
}

/** A folder of a split, or one that says what is in it, and the names of the folders with clips in it. */
interface Named extends ContentFolder {
  name: string;
  classes: Set<string>;
}

/**
 * Finds the class folders at or below `prefix`. They may lie in folders for the splits (`train/jump/1.mp4`), in one that
 * says what is in it (`videos/jump/1.mp4`), or both.
 *
 * @param paths of all videos and folders of pictures
 */
export function classLayout(paths: readonly string[], prefix = ''): ClassLayout {
  const inside = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('/'));
  const names = [...new Set(inside.flatMap((parts) => (parts.length > 1 ? [parts[0] as string] : [])))];
  const folders = names.flatMap((name): Named[] => {
    const found = contentFolder(name);
    const deep = inside.filter((parts) => parts[0] === name && parts.length > 2);
    return found ? [{ ...found, name, classes: new Set(deep.map((parts) => parts[1] as string)) }] : [];
  });
  const areAll = folders.length > 0 && folders.length === names.length;
  if (!areAll && !shareClasses(folders)) return { roots: [{ prefix, split: null }], copies: [], others: [] };
  const best = Math.min(...folders.filter(({ classes }) => classes.size > 0).map(({ rank }) => rank));
  const inner = folders
    .filter(({ rank }) => rank === best)
    .map(({ name, split }): ClassLayout => {
      const within = `${prefix}${name}/`;
      // `videos/train/jump` is looked into, but not `train/videos/1.mp4`, whose classes may have any name.
      return split === null
        ? classLayout(paths, within)
        : { roots: [{ prefix: within, split }], copies: [], others: [] };
    });
  const isCopy = (name: string) => folders.some((folder) => folder.name === name && folder.rank !== best);
  const isOther = (name: string) => !folders.some((folder) => folder.name === name);
  const below = (name: string) => prefix + name;
  return {
    roots: inner.flatMap(({ roots }) => roots),
    copies: [...names.filter(isCopy).map(below), ...inner.flatMap(({ copies }) => copies)],
    others: [...names.filter(isOther).map(below), ...inner.flatMap(({ others }) => others)],
  };
}

/** Of folders that are not alone: whether two of them, of different splits, have a class in common. */
function shareClasses(folders: readonly Named[]): boolean {
  const ofSplits = folders.filter(({ split }) => split !== null);
  return ofSplits.some((one) =>
    ofSplits.some((other) => one.split !== other.split && [...one.classes].some((label) => other.classes.has(label))),
  );
}

import { basename, dirname, join } from 'node:path';
import { KinetorchError } from '../../../base/errors';
import { groupBy } from '../../../base/groupBy';
import { wrong } from '../collectionOf';
import type { FolderContent } from '../walkFolder';
import { classIndexFiles, readClassIndex } from './classIndex';
import type { ListedClip } from './listedClip';
import { areNumbers } from './pathList';
import type { List } from './recogniseList';

/** What the classes of lists are called. */
export interface ClassNames {
  /** In the order of their numbers; undefined where lists have names themselves. */
  labels?: readonly string[];
  nameOf(label: string, clip: Pick<ListedClip, 'where'>): string;
  warnings: readonly string[];
}

/**
 * The names of classes that lists give by number: from a file beside the lists that names them, or from the folders of
 * the clips, where each number has one of its own. Else the numbers are the names, with a warning.
 */
export async function nameClasses(
  content: FolderContent,
  lists: readonly List[],
  clips: readonly ListedClip[],
): Promise<ClassNames> {
  const used = [...new Set(clips.flatMap(({ labels }) => labels))];
  if (!areNumbers(used)) return { nameOf: (label) => label, warnings: [] };
  const numbers = used.map(Number).sort((a, b) => a - b);
  const last = numbers.at(-1) as number;
  for (const file of classIndexFiles(content.others)) {
    const path = join(content.root, file);
    const labels = lists.some((list) => list.path === path) ? null : await indexOf(path, file, content);
    if (labels === null) continue;
    // Only lists that count from 1 have the number of classes as a number.
    const first = last === labels.length && numbers[0] !== 0 ? 1 : 0;
    const nameOf = (label: string, { where }: Pick<ListedClip, 'where'>) => {
      const name = labels[Number(label) - first];
      if (name === undefined) throw wrong(where, `a class of the ${labels.length} in ${file}`, label);
      return name;
    };
    return { labels, nameOf, warnings: [] };
  }
  const folders = foldersOf(clips);
  if (folders)
    return {
      labels: numbers.flatMap((number) => folders.get(String(number)) ?? []),
      nameOf: (label) => folders.get(`${Number(label)}`) as string,
      warnings: [],
    };
  const warning =
    'the lists have numbers for classes, and no file that names them lies beside them, such as labels.txt';
  return { labels: numbers.map(String), nameOf: (label) => `${Number(label)}`, warnings: [warning] };
}

/** Null where the file is no index: nobody named it as one. */
async function indexOf(path: string, file: string, { leftOut }: FolderContent): Promise<string[] | null> {
  try {
    return await readClassIndex(path);
  } catch (error) {
    if (!(error instanceof KinetorchError)) throw error;
    leftOut.add('noIndex', file, error.message);
    return null;
  }
}

/** For each number the folder that all of its clips lie in, and no others; null where it is not so. */
function foldersOf(clips: readonly ListedClip[]): Map<string, string> | null {
  const folderOf = ({ names }: ListedClip) => basename(dirname(names[0]?.path.replaceAll('\\', '/') ?? ''));
  const byNumber = groupBy(clips, ({ labels }) => labels.map(Number).join(' '));
  const folders = new Map([...byNumber].map(([number, ofNumber]) => [number, new Set(ofNumber.map(folderOf))]));
  const all = new Set([...folders.values()].flatMap((names) => [...names]));
  const isOwn = [...folders.values()].every((names) => names.size === 1) && all.size === folders.size;
  if (!isOwn || all.has('') || all.has('.')) return null;
  return new Map([...folders].map(([number, names]) => [number, [...names][0] as string]));
}

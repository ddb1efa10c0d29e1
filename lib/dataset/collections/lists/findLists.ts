import { basename, join } from 'node:path';
import { KinetorchError } from '../../../base/errors';
import { isManifest } from '../readManifest';
import { contentRank, splitOfList } from '../splitNames';
import { type FolderContent, folderOf, nameOf } from '../walkFolder';
import { readList } from './readList';
import { type List, recogniseList } from './recogniseList';

/** More files are hardly lists, and not all read to find out. */
const maxLists = 200;

/**
 * The lists that lie beside videos: in the folder itself, or in one below it that holds no video, such as `annotations`.
 * Of several for one split, those of another official split, and those of frames where there are such of videos, are
 * `rivals`. Nobody named these files: one that cannot be read may be no list at all, such as a log.
 */
export async function findLists(content: FolderContent, officialSplit: number): Promise<FoundLists> {
  const withMedia = [...content.videos.map(folderOf), ...content.pictureFolders];
  const holdsMedia = (folder: string) => withMedia.some((path) => path === folder || path.startsWith(`${folder}/`));
  const isBeside = (folder: string) => folder === '' || (!folder.includes('/') && !holdsMedia(folder));
  const folders = new Set([...new Set(content.others.map(folderOf))].filter(isBeside));
  const files = content.others.filter((path) => folders.has(folderOf(path)) && mayBeList(nameOf(path)));
  const ofSplit = files.filter(
    (path) => (/split_?(\d)/i.exec(nameOf(path))?.[1] ?? `${officialSplit}`) === `${officialSplit}`,
  );
  const lists: BesideList[] = [];
  const manifests: string[] = [];
  const unreadable: UnreadableList[] = [];
  for (const file of ofSplit.slice(0, maxLists)) {
    const path = join(content.root, file);
    try {
      const list = await recogniseList(path);
      if (list) lists.push({ ...list, file });
      else if (!isJson(file) && isManifest(await readList(path))) manifests.push(file);
    } catch (error) {
      if (!(error instanceof KinetorchError)) throw error;
      unreadable.push({ file, error });
    }
  }
  const best = lists.filter((list) => isFirstChoice(list, lists));
  const format = (best.find(({ split }) => split !== null) ?? best[0])?.format;
  const chosen = best.filter((list) => list.format === format);
  const isRival = (file: string) => lists.some((list) => list.file === file && !chosen.includes(list));
  const rivals = files.filter((file) => isRival(file) || !ofSplit.includes(file));
  return { lists: chosen, manifests, rivals, unreadable };
}

/** A list, and its path relative to the folder. */
export type BesideList = List & { file: string };

/** What {@link findLists} found, by paths relative to the folder. */
export interface FoundLists {
  lists: readonly BesideList[];
  /** Manifests of one split each. */
  manifests: readonly string[];
  rivals: readonly string[];
  unreadable: readonly UnreadableList[];
}

/** What may have been meant for a list, and why it is none. */
interface UnreadableList {
  file: string;
  error: KinetorchError;
}

const isJson = (name: string) => /\.json$/i.test(name);

function mayBeList(name: string): boolean {
  return isJson(name) || (/\.(txt|csv|tsv|list)$/i.test(name) && splitOfList(name) !== null);
}

function isFirstChoice(list: List, lists: readonly List[]): boolean {
  const rankOf = ({ path }: List) => contentRank(basename(path));
  const rivals = lists.filter(({ split }) => split === list.split);
  return rivals.every(
    (rival) =>
      rankOf(list) < rankOf(rival) || (rankOf(list) === rankOf(rival) && lists.indexOf(list) <= lists.indexOf(rival)),
  );
}

import { basename, join } from 'node:path';
import { contentRank, splitOfList } from '../splitNames';
import { type FolderContent, folderOf, nameOf } from '../walkFolder';
import { type List, recogniseList } from './recogniseList';

/** More files are hardly lists, and not all read to find out. */
const maxLists = 200;

/**
 * The lists that lie beside videos: in the folder itself, or in one below it that holds no video, such as `annotations`.
 * Of several for one split, those of another official split, and those of frames where there are such of videos, are
 * `rivals`.
 */
export async function findLists(
  content: FolderContent,
  officialSplit: number,
): Promise<{ lists: BesideList[]; rivals: string[] }> {
  const withMedia = [...content.videos.map(folderOf), ...content.pictureFolders];
  const holdsMedia = (folder: string) => withMedia.some((path) => path === folder || path.startsWith(`${folder}/`));
  const isBeside = (folder: string) => folder === '' || (!folder.includes('/') && !holdsMedia(folder));
  const folders = new Set([...new Set(content.others.map(folderOf))].filter(isBeside));
  const files = content.others.filter((path) => folders.has(folderOf(path)) && mayBeList(nameOf(path)));
  const ofSplit = files.filter(
    (path) => (/split_?(\d)/i.exec(nameOf(path))?.[1] ?? `${officialSplit}`) === `${officialSplit}`,
  );
  const lists: BesideList[] = [];
  for (const file of ofSplit.slice(0, maxLists)) {
    const list = await recogniseList(join(content.root, file));
    if (list) lists.push({ ...list, file });
  }
  const chosen = lists.filter((list) => isFirstChoice(list, lists));
  const names = chosen.map(({ file }) => file);
  const isRival = (file: string) =>
    !names.includes(file) && (!ofSplit.includes(file) || lists.some((list) => list.file === file));
  return { lists: chosen, rivals: files.filter(isRival) };
}

/** A list, and its path relative to the folder. */
export type BesideList = List & { file: string };

function mayBeList(name: string): boolean {
  return /\.json$/i.test(name) || (/\.(txt|csv|tsv|list)$/i.test(name) && splitOfList(name) !== null);
}

function isFirstChoice(list: List, lists: readonly List[]): boolean {
  const rankOf = ({ path }: List) => contentRank(basename(path));
  const rivals = lists.filter(({ split }) => split === list.split);
  return rivals.every(
    (rival) =>
      rankOf(list) < rankOf(rival) || (rankOf(list) === rankOf(rival) && lists.indexOf(list) <= lists.indexOf(rival)),
  );
}

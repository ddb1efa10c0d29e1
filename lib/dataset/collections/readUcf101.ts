import { basename, join } from 'node:path';
import type { SplitName, VideoCollection } from '../types';
import { collectionOf, type FoundClip, wrong } from './collectionOf';
import { readWords } from './lists/readList';
import { MediaFinder } from './mediaFinder';
import { type FolderContent, folderOf, nameOf } from './walkFolder';

/** Whether a file is one of the official lists; other datasets have a `classInd.txt` too. */
export function isUcf101List(path: string, { others }: Pick<FolderContent, 'others'>): boolean {
  if (!/^(classInd|trainlist0\d|testlist0\d)\.txt$/.test(nameOf(path))) return false;
  return others.some((other) => folderOf(other) === folderOf(path) && /^trainlist0\d\.txt$/.test(nameOf(other)));
}

/**
 * UCF101 (Soomro et al. 2012): classes from classInd.txt, split from `trainlist0N.txt` and `testlist0N.txt`, and the
 * group of `v_Class_gNN_cNN.avi`, clips of one source video.
 *
 * @param lists the folder of the lists
 */
export async function readUcf101(content: FolderContent, lists: string, split: number): Promise<VideoCollection> {
  const labels = (await readWords(join(lists, 'classInd.txt'))).map(({ words }) => words[1] ?? '');
  const finder = new MediaFinder(content, labels);
  const listed = async (file: string, part: SplitName): Promise<FoundClip[]> =>
    (await readWords(join(lists, file))).map(({ where, words: [name = ''] }) => {
      const { path, isFrames } = finder.find(name);
      return { path, isFrames, where, labels: [labelOf(name, labels, where)], group: groupOf(name), split: part };
    });
  const clips = [
    ...(await listed(`trainlist0${split}.txt`, 'train')),
    ...(await listed(`testlist0${split}.txt`, 'test')),
  ];
  finder.nameUnlisted();
  const { root, leftOut } = content;
  return collectionOf(clips, { root, format: 'ucf101', labels, leftOut, warnings: finder.warnings });
}

function labelOf(listed: string, labels: readonly string[], where: string): string {
  const label = listed.split('/', 1)[0] ?? '';
  if (labels.includes(label)) return label;
  throw wrong(where, 'a class of classInd.txt', listed);
}

/** `Archery g07`: groups are numbered anew in every class. */
function groupOf(listed: string): string | null {
  const [, name, group] = /^v_(.+)_(g\d+)_c\d+(?:\.\w+)?$/i.exec(basename(listed)) ?? [];
  return name === undefined ? null : `${name} ${group}`;
}

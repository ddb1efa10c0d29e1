import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import type { SplitName, VideoCollection } from '../types';
import { collectionOf, type FoundClip, wrong } from './collectionOf';
import { readWords } from './lists/readList';
import { MediaFinder } from './mediaFinder';
import type { FolderContent } from './walkFolder';

/** Files that a folder of official lists holds. */
export const hmdb51Lists = /_test_split\d\.txt$/i;

/** What the number behind a file means; 0 is for files that this split leaves out. */
const parts: Record<string, SplitName | null> = { 0: null, 1: 'train', 2: 'test' };

/** How clips are named: the video, its class, and how the clip was taken. */
const clipName = /^(.+)_[hulf]_(?:cm|nm)_np\d+_(?:fr|ba|le|ri)_(?:goo|med|bad)_\d+(?:\.\w+)?$/i;

/**
 * HMDB51 (Kuehne et al. 2011): a list for each class, `<class>_test_splitN.txt`.
 *
 * @param lists the folder of the lists
 */
export async function readHmdb51(content: FolderContent, lists: string, split: number): Promise<VideoCollection> {
  const ending = `_test_split${split}.txt`;
  const names = await readdir(lists).catch((error: Error) => {
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot read ${lists}: ${error.message}`, { cause: error });
  });
  const files = names.filter((file) => file.toLowerCase().endsWith(ending)).sort();
  const labels = files.map((file) => file.slice(0, -ending.length));
  if (files.length === 0) throw wrong(lists, `lists that end in ${ending}`, null);
  const finder = new MediaFinder(content, labels);
  const clips: FoundClip[] = [];
  for (const [place, file] of files.entries()) {
    const label = labels[place] as string;
    for (const { where, words } of await readWords(join(lists, file))) {
      const [name = '', flag = ''] = words;
      const part = parts[flag];
      if (part === undefined) throw wrong(where, `0, 1 or 2 behind ${name}`, flag);
      // Known, though this split leaves it out.
      if (part === null && !finder.has(`${label}/${name}`)) continue;
      const { path, isFrames } = finder.find(`${label}/${name}`);
      if (part !== null) clips.push({ path, isFrames, where, labels: [label], group: videoOf(name), split: part });
    }
  }
  finder.nameUnlisted();
  const { root, leftOut } = content;
  return collectionOf(clips, { root, format: 'hmdb51', labels, leftOut, warnings: finder.warnings });
}

/** Clips cut from one video are a group, as the official splits have it. Null for a name of another form. */
function videoOf(name: string): string | null {
  return clipName.exec(name)?.[1] ?? null;
}

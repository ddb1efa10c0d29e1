import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import type { SplitName, VideoCollection, VideoSample } from '../types';
import { readWords, videoFinder } from './officialLists';

/** The folder of official lists. */
export const hmdb51Lists = 'testTrainMulti_7030_splits';

/** What the number behind a file means; 0 is for files that this split leaves out. */
const parts: Record<string, SplitName | null> = { 0: null, 1: 'train', 2: 'test' };

/** How clips are named: the video, its class, and how the clip was taken. */
const clipName = /^(.+)_[hulf]_(?:cm|nm)_np\d+_(?:fr|ba|le|ri)_(?:goo|med|bad)_\d+\.avi$/i;

/** HMDB51 (Kuehne et al. 2011): a list for each class, `<class>_test_splitN.txt`. */
export async function readHmdb51(root: string, split: number): Promise<VideoCollection> {
  const lists = join(root, hmdb51Lists);
  const ending = `_test_split${split}.txt`;
  const names = await readdir(lists).catch((error: Error) => {
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot read ${lists}: ${error.message}`, { cause: error });
  });
  const files = names.filter((file) => file.endsWith(ending)).sort();
  const labels = files.map((file) => file.slice(0, -ending.length));
  const find = await videoFinder(root);
  const samples: VideoSample[] = [];
  for (const [label, file] of files.entries()) {
    for (const [name = '', flag = ''] of await readWords(join(lists, file))) {
      const part = parts[flag];
      if (part === undefined) {
        throw new KinetorchError('ERR_DATASET', `${file}: expected 0, 1 or 2 behind ${name} but received "${flag}"`);
      }
      if (part === null) continue;
      samples.push({
        path: find(join(labels[label] as string, name)),
        labels: [label],
        group: videoOf(name),
        split: part,
        fold: null,
        startSeconds: null,
        endSeconds: null,
        isFrames: false,
      });
    }
  }
  return { root, format: 'hmdb51', labels, multiLabel: false, samples };
}

/** Clips cut from one video are a group, as the official splits have it. Null for a name of another form. */
function videoOf(name: string): string | null {
  return clipName.exec(name)?.[1] ?? null;
}

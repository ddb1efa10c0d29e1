import { join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import type { SplitName, VideoCollection, VideoSample } from '../types';
import { readWords, videoFinder } from './officialLists';

/** The folder of official lists. */
export const ucf101Lists = 'ucfTrainTestlist';

/**
 * UCF101 (Soomro et al. 2012): classes from classInd.txt, split from `trainlist0N.txt` and `testlist0N.txt`, and the
 * group of `v_Class_gNN_cNN.avi`, clips of one source video.
 */
export async function readUcf101(root: string, split: number): Promise<VideoCollection> {
  const lists = join(root, ucf101Lists);
  const labels = (await readWords(join(lists, 'classInd.txt'))).map(([, name]) => name ?? '');
  const find = await videoFinder(root);
  const listed = async (file: string, part: SplitName): Promise<VideoSample[]> =>
    (await readWords(join(lists, file))).map(([name = '']) => ({
      path: find(name),
      labels: [labelOf(name, labels, file)],
      group: groupOf(name),
      split: part,
      fold: null,
      startSeconds: null,
      endSeconds: null,
      isFrames: false,
    }));
  const parts = await Promise.all([listed(`trainlist0${split}.txt`, 'train'), listed(`testlist0${split}.txt`, 'test')]);
  return { root, format: 'ucf101', labels, multiLabel: false, samples: parts.flat() };
}

function labelOf(listed: string, labels: readonly string[], file: string): number {
  const label = labels.indexOf(listed.split('/', 1)[0] ?? '');
  if (label < 0)
    throw new KinetorchError('ERR_DATASET', `${file}: expected a class of classInd.txt but received ${listed}`);
  return label;
}

/** `Archery g07`: groups are numbered anew in every class. */
function groupOf(listed: string): string | null {
  const [, name, group] = /v_(.+)_(g\d+)_c\d+\.avi$/i.exec(listed) ?? [];
  return name === undefined ? null : `${name} ${group}`;
}

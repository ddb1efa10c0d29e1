import { resolve } from 'node:path';
import type { FilePath } from '../../base/filePath';
import type { ReadCollectionOptions } from '../options';
import type { VideoCollection } from '../types';
import { collectionOf, type FoundClip } from './collectionOf';
import { readAs } from './readCollection';
import { contentFolder } from './splitNames';
import { type FolderContent, folderOf } from './walkFolder';

/** The one label of clips whose labels are not looked at. */
const label = 'clip';

/**
 * As {@link readCollection}, of clips whose labels are not looked at: what is no list, manifest or folder of splits with
 * classes may lie at any depth below the folder, and all is of one class.
 */
export async function readUnlabelled(path: FilePath, options: ReadCollectionOptions = {}): Promise<VideoCollection> {
  const collection = await readAs(path, options, allVideos);
  const samples = collection.samples.map((sample) => ({ ...sample, labels: [0] }));
  return { ...collection, labels: [label], multiLabel: false, samples };
}

/** Every video, and every folder of pictures without one, below a folder. A first folder called as a split is one. */
function allVideos({ root, videos, pictureFolders, leftOut }: FolderContent): VideoCollection {
  const withVideo = new Set(videos.map(folderOf));
  const clips: FoundClip[] = [];
  const place = (path: string, isFrames: boolean) => {
    const split = path.includes('/') ? (contentFolder(path.split('/', 1)[0] as string)?.split ?? null) : null;
    clips.push({ path: resolve(root, path), labels: [label], split, isFrames, where: path || '.' });
  };
  for (const path of videos) place(path, false);
  for (const path of pictureFolders) {
    if (withVideo.has(path)) leftOut.add('ofVideo', path || '.');
    else place(path, true);
  }
  clips.sort((a, b) => (a.where < b.where ? -1 : 1));
  return collectionOf(clips, { root, format: 'folders', leftOut });
}

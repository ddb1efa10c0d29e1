import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { KinetorchError } from '../../base/errors';
import type { VideoCollection } from '../types';
import { classLayout } from './classLayout';
import { collectionOf, type FoundClip } from './collectionOf';
import { named } from './leftOut';
import { isDocumentName } from './mediaFiles';
import { contentFolder } from './splitNames';
import { type FolderContent, folderOf } from './walkFolder';

/** What the folders of UCF101's and HMDB51's lists are called. */
const officialFolders = ['ucfTrainTestlist', 'testTrainMulti_7030_splits'];

/**
 * A folder for each class: of video files (`jump/1.mp4`, at any depth), or of folders of pictures (`jump/1/001.jpg`).
 * Pictures that share a folder below the class with a video are a part of it, such as a thumbnail. Where the class
 * folders may lie, `classLayout` says.
 */
export function readClassFolders(content: FolderContent): VideoCollection {
  const { root, leftOut, videos, pictureFolders } = content;
  const { roots, copies, others } = layoutOf(content);
  if (roots.length === 0) throw noClasses(content);
  for (const folder of copies) leftOut.add('copy', folder);
  for (const folder of others) leftOut.add('besideSplits', folder);
  const unread = [...copies, ...others].map((folder) => `${folder}/`);
  const withVideo = new Set(videos.map(folderOf));
  const clips: FoundClip[] = [];
  const place = (path: string, isFrames: boolean) => {
    if (unread.some((folder) => `${path}/`.startsWith(folder))) return;
    const at = roots.find(({ prefix }) => path.startsWith(prefix));
    const prefix = at?.prefix ?? '';
    const [label = '', ...inClass] = path.slice(prefix.length).split('/');
    const ofVideo = isFrames && isBesideVideo(path, prefix, withVideo);
    if (ofVideo) leftOut.add('ofVideo', path || '.');
    else if (at && inClass.length > 0) {
      clips.push({ path: resolve(root, path), labels: [label], split: at.split, isFrames, where: path });
    } else leftOut.add(isFrames ? 'loosePictures' : 'noClass', path || '.');
  };
  for (const path of videos) place(path, false);
  for (const path of pictureFolders) place(path, true);
  clips.sort((a, b) => (a.where < b.where ? -1 : 1));
  nameEmptyFolders(content);
  return collectionOf(clips, {
    root,
    format: 'folders',
    leftOut,
    warnings: [...nameWarnings(clips), ...siblingWarnings(root)],
  });
}

/** Whether folders for the splits hold the class folders. */
export function hasSplitFolders(content: FolderContent): boolean {
  return layoutOf(content).roots.some(({ split }) => split !== null);
}

/** Whether some clip lies in a class folder. */
export function hasClassFolders(content: FolderContent): boolean {
  const { videos, pictureFolders } = content;
  const isIn = (path: string, prefix: string) => path.startsWith(prefix) && path.slice(prefix.length).includes('/');
  return layoutOf(content).roots.some(({ prefix }) =>
    [...videos, ...pictureFolders].some((path) => isIn(path, prefix)),
  );
}

const layoutOf = ({ videos, pictureFolders }: FolderContent) => classLayout([...videos, ...pictureFolders]);

/** Whether a video lies in a folder of pictures, or, below its class, in one that this one is in. */
function isBesideVideo(folder: string, prefix: string, withVideo: Set<string>): boolean {
  if (withVideo.has(folder)) return true;
  const isBelowClass = (path: string) => path.slice(prefix.length).includes('/');
  for (let above = folderOf(folder); isBelowClass(above); above = folderOf(above)) {
    if (withVideo.has(above)) return true;
  }
  return false;
}

function noClasses({ root, videos, pictureFolders, leftOut }: FolderContent): KinetorchError {
  const folders = [...new Set([...videos, ...pictureFolders].map((path) => path.split('/', 1)[0] as string))];
  const message = `expected a folder for each class in ${named(folders)} of ${root} but found videos or pictures themselves`;
  return new KinetorchError('ERR_DATASET', [message, ...leftOut.warnings].join('\n  '));
}

/** A folder without a video is named, and not those below it. */
function nameEmptyFolders({ folders, videos, pictureFolders, others, leftOut }: FolderContent): void {
  const used = new Set(['']);
  for (const path of [...videos, ...pictureFolders]) {
    for (let folder = path; folder !== ''; folder = folderOf(folder)) used.add(folder);
  }
  for (const folder of folders) {
    if (used.has(folder) || !used.has(folderOf(folder))) continue;
    const inside = others.filter((path) => path.startsWith(`${folder}/`));
    leftOut.add(inside.length > 0 && inside.every(isDocumentName) ? 'documents' : 'empty', folder);
  }
}

/** A class that is called as a folder of a split is one by mistake, more likely than not. */
function nameWarnings(clips: readonly FoundClip[]): string[] {
  const strange = [...new Set(clips.flatMap((clip) => clip.labels))].filter((label) => contentFolder(label) !== null);
  if (strange.length === 0) return [];
  return [`taken for classes, as other folders lie beside them: ${named(strange)}`];
}

/** The official lists may lie beside the folder that was given rather than in it. */
function siblingWarnings(root: string): string[] {
  const parent = dirname(root);
  const found = officialFolders.filter((name) => existsSync(join(parent, name)));
  return found.map((name) => `its official splits are in ${join(parent, name)}: give ${parent} to follow them`);
}

import { dirname, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { VideoCollection } from '../types';
import { pictureExtensions, videoExtensions } from './mediaFiles';

/**
 * A folder for each class: of video files (`jump/1.mp4`, at any depth), or of folders of pictures (`jump/1/001.jpg`).
 * Pictures that share a folder below the class with a video are a part of it, such as a thumbnail. Labels are the
 * folders' names in alphabetical order.
 */
export async function readClassFolders(root: string): Promise<VideoCollection> {
  const find = (pattern: string) => glob(pattern, { cwd: root, caseSensitiveMatch: false });
  const videos = await find(`*/**/*.{${videoExtensions.join(',')}}`);
  const pictures = await find(`*/*/**/*.{${pictureExtensions.join(',')}}`);
  const withVideo = new Set(videos.map((video) => dirname(video)));
  const isOfVideo = (folder: string): boolean =>
    folder.includes('/') && (withVideo.has(folder) || isOfVideo(dirname(folder)));
  const frameFolders = [...new Set(pictures.map((picture) => dirname(picture)))].filter((path) => !isOfVideo(path));
  const found = [
    ...videos.map((path) => ({ path, isFrames: false })),
    ...frameFolders.map((path) => ({ path, isFrames: true })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const labels = [...new Set(found.map(({ path }) => classOf(path)))].sort();
  const samples = found.map(({ path, isFrames }) => ({
    path: resolve(root, path),
    labels: [labels.indexOf(classOf(path))],
    group: null,
    split: null,
    fold: null,
    startSeconds: null,
    endSeconds: null,
    isFrames,
  }));
  return { root, format: 'folders', labels, multiLabel: false, samples };
}

const classOf = (path: string) => path.slice(0, path.indexOf('/'));

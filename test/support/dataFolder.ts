/** Folders of data whose files are empty, and what is read out of them. */
import { mkdtempSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import type { VideoCollection, VideoSample } from '../../lib/dataset/types';
import { temporaryFolder, writeFiles } from './temporaryFolder';

const folder = temporaryFolder();

/** A new folder with these files, empty where they have no text. */
export function folderOf(files: readonly string[] | Record<string, string>): string {
  const root = mkdtempSync(join(folder, 'data-'));
  writeFiles(root, files);
  return root;
}

export const videos = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '']));

/** Of each sample its path, its labels, and what else is asked for. */
export const rows = ({ root, labels, samples }: VideoCollection, ...more: (keyof VideoSample)[]) =>
  samples.map((sample) => [
    relative(root, sample.path),
    sample.labels.map((label) => labels[label]).join('+'),
    ...more.map((name) => sample[name]),
  ]);

export const leftOut = ({ leftOut: all }: VideoCollection) =>
  Object.fromEntries(all.map(({ reason, examples }) => [reason, examples.join(' ')]));

/** Code and message of what reading throws. */
export const failure = (path: string) => readCollection(path).catch((error) => `${error.code} ${error.message}`);

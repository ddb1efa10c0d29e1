import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { KinetorchError } from '../errors';
import type { ModelInput } from '../model/types';
import { seededRandom, shuffled } from './seededRandom';
import type { ClipDataset } from './types';
import { type LabelledFile, VideoFileDataset } from './videoFileDataset';

/** Extensions taken for video, in any case. */
const videoExtensions = 'mp4,m4v,mov,avi,mkv,webm,flv,wmv,mpg,mpeg,ts,mts,m2ts,3gp,ogv,gif'.split(',');

/** How {@link folderDataset} reads and splits a folder. */
export interface FolderDatasetOptions {
  input: ModelInput;
  /** Share of each class that goes to validation, 0 to below 1; a class of two files or more gives at least one. */
  validationShare: number;
  /** Decides which files those are. */
  seed: number;
}

/** Both parts of a split; their `labels` are the same. */
export interface SplitDataset {
  train: Required<ClipDataset>;
  /** Empty where `validationShare` is 0. */
  validation: Required<ClipDataset>;
}

/**
 * Reads a folder that holds one folder of video files per class: `clips/jump/1.mp4`, `clips/run/2.mp4`, … Labels are
 * the folders' names in alphabetical order. The split is per class and follows from the seed and the files' names.
 *
 * Throws `ERR_FILE_NOT_FOUND`, and `ERR_DATASET` where there are fewer than two classes with video files.
 */
export async function folderDataset(path: string, options: FolderDatasetOptions): Promise<SplitDataset> {
  const classes = await filesByClass(path);
  const labels = [...classes.keys()];
  if (labels.length < 2) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected ${path} to hold a folder of video files for each of two or more classes but found ` +
        (labels.length === 0 ? 'none' : `only "${labels[0]}"`),
    );
  }
  const train: LabelledFile[] = [];
  const validation: LabelledFile[] = [];
  [...classes.values()].forEach((paths, label) => {
    const files = shuffled(paths, seededRandom(options.seed, label)).map((file) => ({ path: file, label }));
    const count = validationCount(files.length, options.validationShare);
    validation.push(...files.slice(0, count));
    train.push(...files.slice(count));
  });
  return {
    train: new VideoFileDataset(labels, train, options.input),
    validation: new VideoFileDataset(labels, validation, options.input),
  };
}

async function filesByClass(path: string): Promise<Map<string, string[]>> {
  const root = resolve(path);
  const found = await stat(root).catch(() => null);
  if (!found) throw new KinetorchError('ERR_FILE_NOT_FOUND', `no such folder: ${path}`);
  if (!found.isDirectory()) {
    throw new KinetorchError('ERR_DATASET', `expected a folder of classes but ${path} is a file`);
  }
  const files = await glob(`*/**/*.{${videoExtensions.join(',')}}`, { cwd: root, caseSensitiveMatch: false });
  const classes = new Map<string, string[]>();
  for (const file of files.sort()) {
    const label = file.slice(0, file.indexOf('/'));
    const known = classes.get(label);
    if (known) known.push(resolve(root, file));
    else classes.set(label, [resolve(root, file)]);
  }
  return new Map([...classes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function validationCount(files: number, share: number): number {
  if (share === 0 || files < 2) return 0;
  return Math.min(files - 1, Math.max(1, Math.round(files * share)));
}

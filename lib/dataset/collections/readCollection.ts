import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireDenoPermissions } from '../../base/denoPermissions';
import { KinetorchError } from '../../base/errors';
import { type FilePath, filePath } from '../../base/filePath';
import { parseOptions } from '../../base/validation';
import { type ReadCollectionOptions, readCollectionOptions } from '../options';
import type { VideoCollection } from '../types';
import { readClassFolders } from './readClassFolders';
import { hmdb51Lists, readHmdb51 } from './readHmdb51';
import { readManifest } from './readManifest';
import { readUcf101, ucf101Lists } from './readUcf101';

const manifestName = 'manifest.csv';

/**
 * Lists labelled videos, without opening them. `path` is one of
 *
 * - a CSV file, or a folder that holds `manifest.csv`. Its first line names the columns: `path` (of a video file or a
 *   folder of pictures, relative to the manifest) and `label` (several separated by `|` or `;`), and any of `group`,
 *   `split` (train, val or validation, test), `fold` (a whole number), `start` and `end` (seconds);
 * - a UCF101 folder: the videos, and `ucfTrainTestlist/` beside them;
 * - a HMDB51 folder: the videos in folders by class, and `testTrainMulti_7030_splits/` beside them;
 * - a folder that holds a folder for each class, of video files or of folders of pictures.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, and `ERR_DATASET` with file and line for what is wrong in a list, or where
 * there are fewer than two classes
 */
export async function readCollection(source: FilePath, options: ReadCollectionOptions = {}): Promise<VideoCollection> {
  requireDenoPermissions();
  const path = filePath(source, 'path', 'the path of a folder or manifest');
  const { officialSplit } = parseOptions(readCollectionOptions, options);
  const root = resolve(path);
  const found = await stat(root).catch(() => null);
  if (!found) throw new KinetorchError('ERR_FILE_NOT_FOUND', `no such folder or manifest: ${path}`);
  const collection = await read(root, found.isFile(), officialSplit);
  if (collection.labels.length < 2) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected ${path} to hold videos of two or more classes but found ` +
        (collection.labels.length === 0 ? 'none' : `only "${collection.labels[0]}"`),
    );
  }
  return collection;
}

function read(root: string, isFile: boolean, officialSplit: number): Promise<VideoCollection> {
  if (isFile) return readManifest(root);
  if (existsSync(join(root, manifestName))) return readManifest(join(root, manifestName));
  if (existsSync(join(root, ucf101Lists))) return readUcf101(root, officialSplit);
  if (existsSync(join(root, hmdb51Lists))) return readHmdb51(root, officialSplit);
  return readClassFolders(root);
}

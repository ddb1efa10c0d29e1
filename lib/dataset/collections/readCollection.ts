import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { requireDenoPermissions } from '../../base/denoPermissions';
import { KinetorchError } from '../../base/errors';
import { type FilePath, filePath } from '../../base/filePath';
import { parseOptions } from '../../base/validation';
import { type ReadCollectionOptions, readCollectionOptions } from '../options';
import type { VideoCollection } from '../types';
import { classIndexFiles } from './lists/classIndex';
import { type FoundLists, findLists } from './lists/findLists';
import { holdsSome, readLists } from './lists/readLists';
import { recogniseList } from './lists/recogniseList';
import { isDocumentName, isVideoName } from './mediaFiles';
import { hasClassFolders, hasSplitFolders, readClassFolders } from './readClassFolders';
import { hmdb51Lists, readHmdb51 } from './readHmdb51';
import { readManifest } from './readManifest';
import { isUcf101List, readUcf101 } from './readUcf101';
import { type FolderContent, folderOf, nameOf, unseenFolder, walkFolder } from './walkFolder';

const manifestName = 'manifest.csv';
const noLists: FoundLists = { lists: [], manifests: [], rivals: [], unreadable: [] };

/**
 * Lists labelled videos, without opening them. `path` is one of
 *
 * - a CSV file, or a folder that holds `manifest.csv`. Its first line names the columns: `path` (of a video file or a
 *   folder of pictures, relative to the manifest) and `label` (several separated by `|` or `;`), and any of `group`,
 *   `split` (train, val or validation, test), `fold` (a whole number), `start` and `end` (seconds). Columns may be
 *   separated by `;` or tabs instead;
 * - a UCF101 or HMDB51 folder: the videos, and the official lists in a folder beside them;
 * - a folder that holds a folder for each class, of video files or of folders of pictures; the class folders may lie in
 *   folders called `train`, `val` and `test`, which are then the splits;
 * - a list as mmaction2 and PySlowFast have it (`path label`, `path frames label`), a CSV of Kinetics, a JSON file of
 *   ActivityNet or Something-Something, or a folder that holds such lists, with a split in their names, and the videos.
 *
 * Text is UTF-8, or UTF-16 with a byte order mark. What lies in a folder and is no sample is counted in `leftOut`.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, and `ERR_DATASET` with file and line for what is wrong in a list, for
 * labels that look the same, or where there are fewer than two classes
 */
export async function readCollection(source: FilePath, options: ReadCollectionOptions = {}): Promise<VideoCollection> {
  const collection = await readAs(source, options);
  if (collection.labels.length < 2) throw tooFewClasses(pathOf(source), collection);
  return collection;
}

/** The same, of however few classes. With `readLoose`, a folder that no list and no split says anything of is read by it. */
export async function readAs(
  source: FilePath,
  options: ReadCollectionOptions,
  readLoose?: (content: FolderContent) => VideoCollection,
): Promise<VideoCollection> {
  requireDenoPermissions();
  const path = pathOf(source);
  const { officialSplit } = parseOptions(readCollectionOptions, options);
  const root = resolve(path);
  const found = await stat(root).catch(() => null);
  if (!found) throw new KinetorchError('ERR_FILE_NOT_FOUND', `no such folder or manifest: ${path}`);
  return found.isFile() ? readFile(root) : readFolder(root, officialSplit, readLoose);
}

const pathOf = (source: FilePath) => filePath(source, 'path', 'the path of a folder or manifest');

async function readFile(path: string): Promise<VideoCollection> {
  if (isVideoName(path)) {
    throw new KinetorchError('ERR_DATASET', `expected a folder or a list of videos but received a video: ${path}`);
  }
  const list = await recogniseList(path);
  if (list === null) {
    if (!/\.json$/i.test(path)) return readManifest([path]);
    throw new KinetorchError(
      'ERR_DATASET',
      `${basename(path)}: expected a JSON file of ActivityNet, Kinetics or Something-Something; convert others to a CSV ` +
        'with the columns path,label and, if you like, split,start,end',
    );
  }
  const folder = dirname(path);
  const isThere = list.clips.every(({ names: [name] }) => existsSync(resolve(folder, name?.path ?? '')));
  return readLists(isThere ? await unseenFolder(folder) : await contentBeside(folder), [list]);
}

/** What lies beside a list, or beside the folder of lists that it is in. */
async function contentBeside(folder: string): Promise<FolderContent> {
  const content = await walkFolder(folder);
  const isEmpty = content.videos.length + content.pictureFolders.length === 0;
  return isEmpty && /annotation|list|split|label|meta/i.test(basename(folder)) ? walkFolder(dirname(folder)) : content;
}

async function readFolder(
  root: string,
  officialSplit: number,
  readLoose?: (content: FolderContent) => VideoCollection,
): Promise<VideoCollection> {
  const content = await walkFolder(root);
  const manifest = join(root, manifestName);
  if (existsSync(manifest)) {
    nameOthers(content, [manifestName]);
    return readManifest([manifest], content);
  }
  const ofUcf101 = content.others.filter((path) => isUcf101List(path, content));
  const ofHmdb51 = content.others.filter((path) => hmdb51Lists.test(nameOf(path)));
  const [official] = [...ofUcf101, ...ofHmdb51];
  if (official !== undefined) {
    nameOthers(content, [...ofUcf101, ...ofHmdb51]);
    const read = ofUcf101.length > 0 ? readUcf101 : readHmdb51;
    return read(content, join(root, folderOf(official)), officialSplit);
  }
  const found = hasSplitFolders(content) ? noLists : await findLists(content, officialSplit);
  const { lists, manifests, rivals, unreadable } = found;
  const isListed = lists.length > 0 && holdsSome(content, lists);
  const listFiles = lists.map((list) => list.file);
  const notLists = unreadable.map(({ file }) => file);
  const indices = isListed ? classIndexFiles(content.others) : [];
  nameOthers(content, [...listFiles, ...manifests, ...rivals, ...notLists, ...indices]);
  for (const file of rivals) content.leftOut.add('rival', file);
  for (const { file, error } of unreadable) content.leftOut.add('unusedList', file, error.message);
  if (isListed) return readLists(content, lists);
  for (const file of listFiles) content.leftOut.add('unusedList', file);
  if (manifests.length > 0)
    return readManifest(
      manifests.map((file) => join(root, file)),
      content,
    );
  if (readLoose && !hasSplitFolders(content)) return readLoose(content);
  const [broken] = unreadable;
  // Then the lists are all that could say what the classes are.
  if (broken && !hasClassFolders(content)) throw broken.error;
  return readClassFolders(content);
}

/** Counts the files that are neither videos nor pictures nor `read`. */
function nameOthers({ others, leftOut }: FolderContent, read: readonly string[]): void {
  for (const path of others) {
    if (!read.includes(path)) leftOut.add(isDocumentName(path) ? 'document' : 'kind', path);
  }
}

function tooFewClasses(path: string, { format, labels, samples, warnings }: VideoCollection): KinetorchError {
  const [label] = labels;
  const isNested =
    format === 'folders' && samples.some((sample) => label && dirname(sample.path) !== join(resolve(path), label));
  const hint = isNested ? `; if the classes are the folders in it, give ${join(path, label as string)}` : '';
  const found = label === undefined ? 'none' : `only "${label}"${hint}`;
  return new KinetorchError(
    'ERR_DATASET',
    [`expected ${path} to hold videos of two or more classes but found ${found}`, ...warnings].join('\n  '),
  );
}

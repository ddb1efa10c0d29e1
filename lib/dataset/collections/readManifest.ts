import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { SplitName, VideoCollection, VideoSample } from '../types';
import { collectionOf, wrong } from './collectionOf';
import { readList } from './lists/readList';
import { isVideoName } from './mediaFiles';
import { type CsvRow, columnName, parseCsv } from './parseCsv';
import { splitNamed, splitOfList } from './splitNames';
import type { FolderContent } from './walkFolder';

const columns = ['path', 'label'];
const separators = [',', ';', '\t'];

/** A line of the manifest. */
interface Row extends CsvRow {
  separator: string;
}

/**
 * CSV files with a line of column names; `readCollection` says which. Columns of other names are left alone.
 *
 * @param paths of the manifest; or of several, whose names tell splits
 * @param content of the folder, where what the manifests do not name is to be counted
 */
export async function readManifest(paths: readonly string[], content?: FolderContent): Promise<VideoCollection> {
  const root = content?.root ?? dirname(paths[0] as string);
  const clips = (await Promise.all(paths.map((path) => clipsOf(path, paths.length > 1)))).flat();
  refuseHalfFilled(clips);
  await markFolders(clips);
  if (content) nameUnlisted(content, new Set(clips.map((clip) => clip.path)));
  return collectionOf(clips, { root, format: 'manifest', leftOut: content?.leftOut });
}

/** Whether a text is a manifest, by its first line. */
export function isManifest(text: string): boolean {
  return separatorOf(text) !== null;
}

async function clipsOf(path: string, isOfSplit: boolean) {
  const rows = parseRows(basename(path), await readList(path));
  return rows.map((row) => ({
    path: resolve(dirname(path), need(row, 'path')),
    labels: labelNames(row),
    group: row.cells.group || null,
    split: splitOf(row) ?? (isOfSplit ? splitOfList(basename(path)) : null),
    fold: foldOf(row),
    ...spanOf(row),
    isFrames: false,
    where: row.where,
  }));
}

function parseRows(file: string, text: string): Row[] {
  const separator = separatorOf(text) ?? ',';
  const rows = parseCsv(text, file, { delimiter: separator }).map((row) => ({ ...row, separator }));
  const header = Object.keys(rows[0]?.cells ?? {});
  for (const column of columns) {
    if (rows.length > 0 && !header.includes(column)) {
      throw wrong(`${file} line 1`, `a column named "${column}"`, header.join(','));
    }
  }
  if (rows.length === 0) throw wrong(file, 'a line of column names and a line for each clip', null);
  return rows;
}

/** What separates the columns that have to be there; null where they are not. Excel takes `;` where the comma is for decimals. */
function separatorOf(text: string): string | null {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  const isIn = (separator: string) => {
    const names = header.split(separator).map((name) => columnName(name.replaceAll('"', '')));
    return columns.every((column) => names.includes(column));
  };
  return separators.find(isIn) ?? null;
}

function need(row: Row, column: string): string {
  const text = row.cells[column];
  if (!text) throw wrong(row.where, `a ${column}`, null);
  return text;
}

/** Several are separated by `|`, or by `;` where columns are not. */
function labelNames(row: Row): string[] {
  const names = need(row, 'label')
    .split(row.separator === ';' ? '|' : /[|;]/)
    .map((name) => name.trim());
  if (names.includes('')) throw wrong(row.where, 'labels that are not empty', need(row, 'label'));
  return names;
}

function splitOf(row: Row): SplitName | null {
  const text = row.cells.split;
  if (!text) return null;
  const split = splitNamed(text);
  if (!split) throw wrong(row.where, 'a split of train, val, validation or test', text);
  return split;
}

function foldOf(row: Row): number | null {
  const text = row.cells.fold;
  if (!text) return null;
  if (!/^\d{1,9}$/.test(text)) throw wrong(row.where, 'a fold that is a whole number', text);
  return Number(text);
}

function spanOf(row: Row): Pick<VideoSample, 'startSeconds' | 'endSeconds'> {
  const [startSeconds, endSeconds] = [secondsOf(row, 'start'), secondsOf(row, 'end')];
  if (endSeconds !== null && endSeconds <= (startSeconds ?? 0)) {
    throw wrong(row.where, `an end after the start at ${startSeconds ?? 0}`, String(endSeconds));
  }
  return { startSeconds, endSeconds };
}

function secondsOf(row: Row, column: 'start' | 'end'): number | null {
  const text = row.cells[column];
  if (!text) return null;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw wrong(row.where, `a ${column} in seconds`, text);
  return value;
}

type Clip = Pick<VideoSample, 'split' | 'fold'> & { where: string };

/** A column filled in for some clips only leaves it open where the others belong. */
function refuseHalfFilled(clips: readonly Clip[]): void {
  const check = (column: string, isFilled: (clip: Clip) => boolean) => {
    if (!clips.some(isFilled)) return;
    const empty = clips.find((clip) => !isFilled(clip));
    if (empty) throw wrong(empty.where, `a ${column}, as other lines have one`, null);
  };
  check('split', ({ split }) => split !== null);
  const hasFolds = clips.some(({ fold }) => fold !== null);
  // Clips kept for the test need no fold.
  if (hasFolds) check('fold', ({ fold, split }) => fold !== null || split === 'test');
}

/** Which paths are folders of pictures; what has a video's name is not looked at, for a manifest may be long. */
async function markFolders(clips: { path: string; isFrames: boolean }[]): Promise<void> {
  const unnamed = clips.filter(({ path }) => !isVideoName(path));
  await Promise.all(
    unnamed.map(async (clip) => {
      clip.isFrames = (await stat(clip.path).catch(() => null))?.isDirectory() ?? false;
    }),
  );
}

function nameUnlisted({ root, videos, pictureFolders, leftOut }: FolderContent, listed: Set<string>): void {
  for (const path of [...videos, ...pictureFolders]) {
    if (!listed.has(resolve(root, path))) leftOut.add('unlisted', path || '.');
  }
}

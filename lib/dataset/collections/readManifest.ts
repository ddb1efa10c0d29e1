import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { describe, KinetorchError } from '../../base/errors';
import { groupBy } from '../../base/groupBy';
import type { SplitName, VideoCollection, VideoSample } from '../types';
import { isVideoName } from './mediaFiles';

const splits: Record<string, SplitName> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
};
const labelSeparator = /[|;]/;

/** A line of the manifest as text, and how errors name it. */
interface Row {
  where: string;
  cells: Record<string, string | undefined>;
}

/** A CSV file with a line of column names; `readCollection` says which. Columns of other names are left alone. */
export async function readManifest(path: string): Promise<VideoCollection> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot read ${path}: ${error.message}`, { cause: error });
  });
  const rows = parseRows(path, text);
  const root = dirname(path);
  const names = rows.map((row) => labelNames(row));
  const labels = [...new Set(names.flat())].sort();
  const places = new Map(labels.map((label, place) => [label, place]));
  const samples = rows.map((row, index) => ({
    path: resolve(root, need(row, 'path')),
    labels: (names[index] as string[]).map((label) => places.get(label) as number).sort((a, b) => a - b),
    group: row.cells.group || null,
    split: splitOf(row),
    fold: foldOf(row),
    ...spanOf(row),
    isFrames: false,
  }));
  refuseDuplicates(rows, samples);
  refuseHalfFilled(rows, samples);
  groupByFile(root, samples);
  await markFolders(samples);
  return { root, format: 'manifest', labels, multiLabel: samples.some((sample) => sample.labels.length > 1), samples };
}

function parseRows(path: string, text: string): Row[] {
  const file = basename(path);
  if (text.includes('\0'))
    throw new KinetorchError('ERR_DATASET', `${file}: expected CSV text but received a binary file`);
  try {
    const parsed = parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { info: Info; record: Record<string, string> }[];
    const rows = parsed.map(({ info, record }) => ({ where: `${file} line ${info.lines}`, cells: record }));
    const header = Object.keys(rows[0]?.cells ?? {});
    for (const column of ['path', 'label']) {
      if (rows.length > 0 && !header.includes(column)) {
        throw wrong(`${file} line 1`, `a column named "${column}"`, header.join(','));
      }
    }
    if (rows.length === 0) throw wrong(file, 'a line of column names and a line for each clip', null);
    return rows;
  } catch (error) {
    if (error instanceof CsvError) throw new KinetorchError('ERR_DATASET', `${file} is no valid CSV: ${error.message}`);
    throw error;
  }
}

function need(row: Row, column: string): string {
  const text = row.cells[column];
  if (!text) throw wrong(row.where, `a ${column}`, null);
  return text;
}

function labelNames(row: Row): string[] {
  const names = need(row, 'label')
    .split(labelSeparator)
    .map((name) => name.trim());
  if (names.includes('')) throw wrong(row.where, 'labels that are not empty', need(row, 'label'));
  return [...new Set(names)];
}

function splitOf(row: Row): SplitName | null {
  const text = row.cells.split;
  if (!text) return null;
  const split = splits[text.toLowerCase()];
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

/** The same part of a video twice would, with two labels, contradict itself, and with one, be counted twice. */
function refuseDuplicates(rows: readonly Row[], samples: readonly VideoSample[]): void {
  const seen = new Map<string, Row>();
  samples.forEach(({ path, startSeconds, endSeconds }, index) => {
    const [row, key] = [rows[index] as Row, JSON.stringify([path, startSeconds, endSeconds])];
    const before = seen.get(key);
    if (before)
      throw wrong(row.where, 'a clip that is not yet in the manifest', `${row.cells.path} of ${before.where}`);
    seen.set(key, row);
  });
}

/** A column filled in for some clips only leaves it open where the others belong. */
function refuseHalfFilled(rows: readonly Row[], samples: readonly VideoSample[]): void {
  const check = (column: string, isFilled: (sample: VideoSample) => boolean) => {
    if (!samples.some(isFilled)) return;
    const empty = samples.findIndex((sample) => !isFilled(sample));
    if (empty >= 0) throw wrong((rows[empty] as Row).where, `a ${column}, as other lines have one`, null);
  };
  check('split', ({ split }) => split !== null);
  const hasFolds = samples.some(({ fold }) => fold !== null);
  // Clips kept for the test need no fold.
  if (hasFolds) check('fold', ({ fold, split }) => fold !== null || split === 'test');
}

/** Parts of one video show the same scene: they are a group, of the video's name where the manifest names none. */
function groupByFile(root: string, samples: readonly VideoSample[]): void {
  for (const [path, ofVideo] of groupBy(samples, (sample) => sample.path)) {
    if (ofVideo.length === 1) continue;
    const group = ofVideo.find((sample) => sample.group !== null)?.group ?? relative(root, path);
    for (const sample of ofVideo) sample.group ??= group;
  }
}

/** Which paths are folders of pictures; what has a video's name is not looked at, for a manifest may be long. */
async function markFolders(samples: VideoSample[]): Promise<void> {
  const unnamed = samples.filter(({ path }) => !isVideoName(path));
  await Promise.all(
    unnamed.map(async (sample) => {
      sample.isFrames = (await stat(sample.path).catch(() => null))?.isDirectory() ?? false;
    }),
  );
}

/** `actual` is null where there is nothing. */
function wrong(where: string, expected: string, actual: string | null): KinetorchError {
  const received = actual === null ? 'nothing' : describe(actual);
  return new KinetorchError('ERR_DATASET', `${where}: expected ${expected} but received ${received}`);
}

import { basename } from 'node:path';
import { linesOf } from '../../../base/decodeText';
import { wrong } from '../collectionOf';
import { splitOfList } from '../splitNames';
import { readJsonList, readList } from './readList';

/** How files that name the classes of numbers are called: `classInd.txt`, `label_map_k400.txt`, `classids.json`. */
const names =
  /(^|[^a-z])(class(es|ind(ex)?|_?ids|_?names|_?list)?|label(s|_?map|_?names|_?list)|categories)([^a-z].*)?\.(txt|csv|json)$/i;

/** Those of some paths that may name classes; one with a split in its name, as `train_labels.txt`, is a list of clips. */
export function classIndexFiles(paths: readonly string[]): string[] {
  const isIndex = (name: string) => names.test(name) && !/annotation/i.test(name) && splitOfList(name) === null;
  return paths.filter((path) => isIndex(basename(path)));
}

/**
 * The names of classes, in the order of their numbers: one a line; each with its number before or behind it; or a JSON
 * array, or object of names and numbers. Throws `ERR_DATASET` where numbers are missing.
 */
export async function readClassIndex(path: string): Promise<string[]> {
  const entries = /\.json$/i.test(path) ? jsonEntries(await readJsonList(path)) : textEntries(await readList(path));
  if (!entries?.length) throw wrong(basename(path), 'class names and their numbers', null);
  const numbers = entries.map(([number]) => number).sort((a, b) => a - b);
  const first = numbers[0] ?? 0;
  const gap = numbers.findIndex((number, place) => number !== first + place);
  if (first > 1 || gap >= 0) {
    throw wrong(basename(path), `classes numbered from 0 or 1 on, without gaps`, `${numbers[Math.max(0, gap)]}`);
  }
  return entries.sort(([a], [b]) => a - b).map(([, name]) => name);
}

type Entry = [number: number, name: string];

function jsonEntries(json: unknown): Entry[] | null {
  if (Array.isArray(json))
    return json.every((name) => typeof name === 'string') ? json.map((name, at) => [at, name]) : null;
  if (json === null || typeof json !== 'object') return null;
  const entries = Object.entries(json).map(([key, value]): Entry | null => {
    if (/^\d+$/.test(key) && typeof value === 'string') return [Number(key), value];
    // PySlowFast's names have quotes of their own.
    return /^\d+$/.test(String(value)) ? [Number(value), key.replace(/^"(.*)"$/, '$1')] : null;
  });
  return entries.includes(null) ? null : (entries as Entry[]);
}

function textEntries(text: string): Entry[] {
  const lines = linesOf(text).map((line) => line.text);
  const before = numbered(lines, /^(?<number>\d+)[\s,;:]+(?<name>.+)$/);
  const behind = numbered(lines, /^(?<name>.+?)[\s,;:]+(?<number>\d+)$/);
  return before ?? behind ?? lines.map((name, at) => [at, name]);
}

/** Null where a line other than the first, which may name columns, is of another form. */
function numbered(lines: readonly string[], form: RegExp): Entry[] | null {
  const found = lines.map((line) => form.exec(line)?.groups as { number: string; name: string } | undefined);
  const entries = found[0] === undefined ? found.slice(1) : found;
  if (entries.length === 0 || entries.includes(undefined)) return null;
  return (entries as { number: string; name: string }[]).map(({ number, name }) => [Number(number), name]);
}

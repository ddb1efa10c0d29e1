import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Span } from './spanReader';

/** Changes whenever decoding or resizing gives other bytes than before. */
const version = 2;

/** A name for what a span decodes to: changes with the file, and with how it is decoded. */
export async function spanKey(span: Span): Promise<string> {
  const state = span.pictureRate === null ? await stateOf(span.path) : await stateOfFolder(span.path);
  return createHash('sha256')
    .update(JSON.stringify([version, span, state]))
    .digest('hex');
}

async function stateOf(path: string): Promise<(number | string)[]> {
  // A file that is gone fails when it is opened, with a better message.
  const found = await stat(path).catch(() => null);
  return found ? [found.size, found.mtimeMs] : [];
}

async function stateOfFolder(path: string): Promise<unknown[]> {
  const names = (await readdir(path).catch(() => [])).sort();
  return Promise.all(names.map(async (name) => [name, ...(await stateOf(join(path, name)))]));
}

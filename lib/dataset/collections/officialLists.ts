import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { KinetorchError } from '../../base/errors';

/** Words of the lines of an official list, empty ones left out. `ERR_DATASET` where there is no such file. */
export async function readWords(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KinetorchError('ERR_DATASET', `expected the split list ${path} but it cannot be read: ${error.message}`);
  });
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.filter(([first]) => first !== '');
}

/**
 * Finds listed videos, given as `Class/file.avi`, wherever the class folders lie below `root`; one that is missing gets
 * the place where it should be, so that whoever opens it can say so.
 */
export async function videoFinder(root: string): Promise<(listed: string) => string> {
  const files = await glob('**/*.avi', { cwd: root, caseSensitiveMatch: false });
  const byName = new Map(files.map((file) => [basename(file), file]));
  return (listed) => {
    const direct = join(root, listed);
    return existsSync(direct) ? direct : resolve(root, byName.get(basename(listed)) ?? listed);
  };
}

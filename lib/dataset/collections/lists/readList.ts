import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeText, linesOf } from '../../../base/decodeText';
import { KinetorchError } from '../../../base/errors';

/** The text of a list. Throws `ERR_FILE_ACCESS`, and `ERR_DATASET` where it is none. */
export async function readList(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new KinetorchError('ERR_DATASET', `expected the list ${path} but there is none`);
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot read ${path}: ${error.message}`, { cause: error });
  });
  return decodeText(bytes, basename(path), 'ERR_DATASET');
}

/** Words of the lines of a list, empty ones left out, and how errors name each. */
export async function readWords(path: string): Promise<{ where: string; words: string[] }[]> {
  const lines = linesOf(await readList(path));
  return lines.map(({ line, text }) => ({ where: `${basename(path)} line ${line}`, words: text.split(/\s+/) }));
}

/** What a JSON list holds. */
export async function readJsonList(path: string): Promise<unknown> {
  const text = await readList(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KinetorchError('ERR_DATASET', `${basename(path)} is no valid JSON: ${(error as Error).message}`);
  }
}

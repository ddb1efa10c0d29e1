import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { KinetorchError } from '../../base/errors';
import { fileSize, unreadable } from '../../base/regularFile';

const maxIndexBytes = 64 * 2 ** 20;
const maxShards = 1000;

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * The files that Hugging Face's index of weights in parts, `model.safetensors.index.json`, names: all in its folder.
 * Throws `ERR_WEIGHTS`, `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`.
 */
export async function shardsOf(index: string): Promise<string[]> {
  const { weight_map: map } = parse(index, await read(index));
  const names = [...new Set(Object.values(map))];
  if (names.length === 0 || names.length > maxShards) {
    throw unfit(index, `between 1 and ${maxShards} files in its weight_map but it names ${names.length}`);
  }
  for (const name of names) {
    if (name !== basename(name) || name.includes('\\') || name.includes('\0') || name === '..' || name === '.') {
      throw unfit(index, `files of its own folder but its weight_map names ${JSON.stringify(name.slice(0, 80))}`);
    }
  }
  return names.map((name) => join(dirname(index), name));
}

async function read(index: string): Promise<string> {
  const size = await fileSize(index);
  if (size > maxIndexBytes) throw unfit(index, `at most ${maxIndexBytes} bytes but it has ${size}`);
  return readFile(index, 'utf8').catch((cause) => {
    throw unreadable(index, cause);
  });
}

function parse(index: string, text: string): z.output<typeof indexSchema> {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unfit(index, 'the index of weights in parts, a JSON document with a weight_map of names to files', cause);
  }
}

function unfit(index: string, expected: string, cause?: unknown): KinetorchError {
  return new KinetorchError('ERR_WEIGHTS', `${index}: expected ${expected}`, { cause });
}

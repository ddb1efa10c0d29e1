import { readdir } from 'node:fs/promises';
import { KinetorchError } from '../base/errors';

/** Names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw accessError(folder, error);
  });
}

export function accessError(path: string, cause: unknown): KinetorchError {
  return new KinetorchError('ERR_FILE_ACCESS', `cannot write ${path}: ${(cause as Error).message}`, { cause });
}

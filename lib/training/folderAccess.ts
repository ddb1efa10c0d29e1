import { readdir } from 'node:fs/promises';
import { KinetorchError } from '../base/errors';

/** Names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw accessError('read', folder, error);
  });
}

export function accessError(what: 'read' | 'write', path: string, cause: unknown): KinetorchError {
  return new KinetorchError('ERR_FILE_ACCESS', `cannot ${what} ${path}: ${(cause as Error).message}`, { cause });
}

import { stat } from 'node:fs/promises';
import { KinetorchError } from './errors';
import { systemReason } from './systemReason';

/**
 * Bytes of a file, to be asked before it is opened: opening a pipe waits until somebody writes to it. Throws
 * `ERR_FILE_NOT_FOUND`, and `ERR_FILE_ACCESS` also for a folder, device or pipe, in the words of the native readers.
 */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (found.isFile()) return found.size;
  const kind = found.isDirectory() ? 'a folder' : 'a device, pipe or socket';
  throw new KinetorchError('ERR_FILE_ACCESS', `expected ${path} to be a file but it is ${kind}`);
}

/** The error for a file that the system does not let be read. */
export function unreadable(path: string, cause: unknown): KinetorchError {
  const { code } = cause as NodeJS.ErrnoException;
  return new KinetorchError(
    code === 'ENOENT' || code === 'ENOTDIR' ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILE_ACCESS',
    `expected a readable file at ${path} but received: ${systemReason(cause)}`,
    { cause },
  );
}

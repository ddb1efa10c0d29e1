import { randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KinetorchError } from './errors';
import { systemReason } from './systemReason';

/**
 * Writes a file that is there whole or not at all, also after a crash: into a temporary file beside it, synced, renamed,
 * and the folder synced. Of two writers at once, the last to rename wins, whole. Throws `ERR_FILE_ACCESS`.
 */
export function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  return replaceAtomically(path, (temporary) => writeFile(temporary, content));
}

/** The same for what is written bit by bit: `write` fills the temporary file. Its KinetorchErrors are thrown as they are. */
export async function replaceAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp-${randomUUID()}`;
  try {
    await write(temporary);
    const file = await open(temporary, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof KinetorchError) throw error;
    throw new KinetorchError(
      'ERR_FILE_ACCESS',
      `cannot write ${path}: ${systemReason(error).replaceAll(temporary, path)}`,
      { cause: error },
    );
  }
}

/** Without this, a power cut can undo a rename. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some network file systems don't sync folders.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await folder.close();
  }
}

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there is left. Not `mkdir` with `recursive`, which tries without end
 * where the system says that the folder above is not there though it is (/proc).
 */
export async function makeFolder(path: string): Promise<void> {
  const error = await tryToMake(path);
  if (error?.code !== 'ENOENT' || dirname(path) === path) return orThrow(error);
  await makeFolder(dirname(path));
  orThrow(await tryToMake(path));
}

async function tryToMake(path: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(path);
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** What is there and is no folder is met by whoever uses it. */
function orThrow(error: NodeJS.ErrnoException | null): void {
  if (error !== null && error.code !== 'EEXIST') throw error;
}

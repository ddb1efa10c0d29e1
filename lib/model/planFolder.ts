import { join } from 'node:path';
import { cacheFolder } from '../base/cacheFolder';
import { KinetorchError } from '../base/errors';
import { makeFolder } from '../base/makeFolder';
import { systemReason } from '../base/systemReason';

/**
 * Where measurements of kernels are remembered; '' where they are not, also where the default folder cannot be made.
 *
 * @throws KinetorchError `ERR_FILE_ACCESS` for a folder that was asked for and cannot be made
 */
export async function planFolder(folder?: string | null): Promise<string> {
  if (folder === null) return '';
  try {
    const path = folder ?? join(cacheFolder(), 'plans');
    await makeFolder(path);
    return path;
  } catch (cause) {
    if (folder === undefined) return '';
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot make ${folder}: ${systemReason(cause)}`, { cause });
  }
}

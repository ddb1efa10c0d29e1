import { join } from 'node:path';
import { cacheFolder } from '../../base/cacheFolder';
import { parseOptions } from '../../base/validation';
import { type ClipCacheOptions, clipCacheOptions, usualCacheBytes } from '../options';
import type { ClipCache } from '../types';
import { DiskClipCache } from './diskClipCache';
import { MemoryClipCache } from './memoryClipCache';

/**
 * Opens the cache that the options ask for; null for `off`. `train` opens its own: this is for a `VideoDataset`. One on
 * disk that was given no folder is in memory, with a warning, where the user's cache folder cannot be written.
 *
 * @example
 * const cache = await openClipCache({ where: 'disk', folder: 'cache/' });
 * const dataset = new VideoDataset(labels, samples, { input, cache });
 *
 * @throws KinetorchError `ERR_FILE_ACCESS` where a folder that was given cannot be written
 */
export async function openClipCache(options: ClipCacheOptions = {}): Promise<ClipCache | null> {
  const { where, ...given } = parseOptions(clipCacheOptions, options);
  if (where === 'off') return null;
  const { maxBytes = usualCacheBytes[where], folder } = given;
  if (where === 'memory') return new MemoryClipCache(maxBytes);
  try {
    return await DiskClipCache.open(folder ?? join(cacheFolder(), 'clips'), maxBytes);
  } catch (error) {
    if (folder !== undefined) throw error;
    process.emitWarning(`decoded clips are kept in memory: ${(error as Error).message}`, 'KinetorchWarning');
    return new MemoryClipCache(Math.min(maxBytes, usualCacheBytes.memory));
  }
}

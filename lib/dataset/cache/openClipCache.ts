import { join } from 'node:path';
import { cacheFolder } from '../../base/cacheFolder';
import type { ClipCache, ClipCacheOptions } from '../types';
import { DiskClipCache } from './diskClipCache';
import { MemoryClipCache } from './memoryClipCache';

const memoryBytes = 2 * 2 ** 30;
const diskBytes = 20 * 2 ** 30;

/**
 * Opens the cache that the options ask for; null for `off`. `train` opens its own: this is for a `VideoDataset`.
 *
 * @example
 * const cache = await openClipCache({ where: 'disk', folder: 'cache/' });
 * const dataset = new VideoDataset(labels, samples, { input, cache });
 *
 * @throws KinetorchError `ERR_FILE_ACCESS` where the cache's folder cannot be written
 */
export async function openClipCache(options: ClipCacheOptions = {}): Promise<ClipCache | null> {
  const { where = 'memory', maxBytes, folder = join(cacheFolder(), 'clips') } = options;
  if (where === 'off') return null;
  if (where === 'memory') return new MemoryClipCache(maxBytes ?? memoryBytes);
  return DiskClipCache.open(folder, maxBytes ?? diskBytes);
}

import { join } from 'node:path';
import { cacheFolder } from '../../base/cacheFolder';
import { parseOptions } from '../../base/validation';
import { type ClipCacheOptions, clipCacheOptions, usualCacheBytes } from '../options';
import type { ClipCache } from '../types';
import { DiskClipCache } from './diskClipCache';
import { MemoryClipCache } from './memoryClipCache';

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
  const { where, ...given } = parseOptions(clipCacheOptions, options);
  if (where === 'off') return null;
  const { maxBytes = usualCacheBytes[where], folder = join(cacheFolder(), 'clips') } = given;
  return where === 'memory' ? new MemoryClipCache(maxBytes) : DiskClipCache.open(folder, maxBytes);
}

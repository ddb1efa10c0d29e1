import type { Option } from 'commander';
import type { z } from 'zod';
import { decimal } from './parsers';
import { schemaFlag } from './schemaFlag';

/** What the flags of a cache give. */
export interface CacheFlags<Where> {
  cache?: Where;
  cacheSize?: number;
  cacheFolder?: string;
}

const gigabytes = (text: string): number => Math.round(decimal(0)(text) * 1e9);

/** Flags for the option `cache`, whose own options are those of `table`. */
export function cacheFlags(table: Record<'where' | 'maxBytes' | 'folder', z.ZodType>): Option[] {
  return [
    schemaFlag('--cache <where>', table.where),
    schemaFlag('--cache-size <gigabytes>', table.maxBytes, gigabytes),
    schemaFlag('--cache-folder <folder>', table.folder),
  ];
}

/** The option `cache` of those flags. */
export function cacheFrom<Where>({ cache, cacheSize, cacheFolder }: CacheFlags<Where>) {
  return { where: cache, maxBytes: cacheSize, folder: cacheFolder };
}

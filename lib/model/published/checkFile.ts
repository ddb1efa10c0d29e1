import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileSize } from '../../base/regularFile';
import type { PublishedWeights } from './publishedWeights';

/** What is wrong with a file; null where it is the one that was published. */
export async function checkFile(path: string, { bytes, sha256 }: PublishedWeights): Promise<string | null> {
  const size = await fileSize(path);
  if (bytes !== null && size !== bytes) return `expected ${bytes} bytes but there are ${size}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest('hex');
  if (actual.startsWith(sha256)) return null;
  return `expected a SHA-256 of ${sha256}${sha256.length < actual.length ? '…' : ''} but it is ${actual}`;
}

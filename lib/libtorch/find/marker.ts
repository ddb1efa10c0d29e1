import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecord } from './record';

/** Written last into a finished installation; a folder without it was interrupted. */
export const markerFile = 'kinetorch-install.json';

/** What {@link markerFile} says. Paths are relative to the installation and the same as inside the wheel. */
export interface InstallMarker {
  formatVersion: 1;
  /** As the wheel names it, for example `2.13.0+cpu`. */
  version: string;
  wheel: string;
  /** The wheel's RECORD, kept with the sizes and SHA-256 hashes of every file. */
  record: string;
  /** Everything unpacked, from RECORD's order. */
  files: number;
  bytes: number;
  libraries: { path: string; size: number; sha256: string }[];
}

/** The outcome of {@link verifyInstall}. */
export type InstallCheck = { marker: InstallMarker } | { problem: string };

/**
 * Cheap check of an installation: its marker, and the size of each library (a handful of `stat` calls). With
 * `headers` also the size of every header, which is what a compiler is about to trust (about 9,000 `stat` calls).
 */
export function verifyInstall(folder: string, options: { headers?: boolean } = {}): InstallCheck {
  let marker: InstallMarker;
  try {
    marker = JSON.parse(readFileSync(join(folder, markerFile), 'utf8')) as InstallMarker;
  } catch (error) {
    if (!existsSync(folder)) return { problem: 'no such folder' };
    return { problem: `not a finished installation: ${(error as Error).message}` };
  }
  if (marker.formatVersion !== 1 || !Array.isArray(marker.libraries)) return { problem: `${markerFile} is damaged` };
  const expected = new Map(marker.libraries.map((library) => [library.path, library.size]));
  if (options.headers) {
    const record = join(folder, marker.record);
    if (sizeOf(record) <= 0) return { problem: `${record} is missing` };
    for (const [path, { size }] of parseRecord(readFileSync(record, 'utf8'))) {
      if (path.startsWith('torch/include/')) expected.set(path, size);
    }
  }
  for (const [path, size] of expected) {
    const actual = sizeOf(join(folder, path));
    if (actual !== size) {
      return {
        problem: `expected ${join(folder, path)} to have ${size} bytes but it ${actual < 0 ? 'is missing' : `has ${actual}`}`,
      };
    }
  }
  return { marker };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}

import { stat } from 'node:fs/promises';
import { unreadable } from '../../base/regularFile';
import { isManifest, readManifest } from '../../model/ensemble/manifestFile';
import type { ModelPlace } from './findModels';

/**
 * What tells whether a model has to be loaded anew: its place, and when its files, of an ensemble those of its members too,
 * were changed. Throws as `loadModel` does where they cannot be read.
 */
export async function fingerprintOf(place: ModelPlace): Promise<string> {
  const paths = isManifest(place.path) ? [place.path, ...(await readManifest(place.path)).paths] : [place.path];
  const states = await Promise.all(paths.map(stateOf));
  return JSON.stringify([place, states]);
}

async function stateOf(path: string): Promise<number[]> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return [mtimeMs, size, ino];
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

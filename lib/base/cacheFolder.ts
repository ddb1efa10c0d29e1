import { homedir } from 'node:os';
import { join } from 'node:path';
import { KinetorchError } from './errors';

/**
 * Folder shared by all checkouts: `KINETORCH_CACHE`, else the platform's own place for caches
 * (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`) with `kinetorch` in it.
 *
 * @throws KinetorchError `ERR_FILE_ACCESS` where there is no home folder to put it in
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.KINETORCH_CACHE) return env.KINETORCH_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'kinetorch');
  const home = homeFolder(env) ?? noHome();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'kinetorch');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'kinetorch', 'cache');
  return join(home, '.cache', 'kinetorch');
}

/** The user's home folder; null where there is none: a container may run as a user whom the system does not know. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  try {
    return env.HOME || env.USERPROFILE || homedir();
  } catch {
    return null;
  }
}

function noHome(): never {
  throw new KinetorchError(
    'ERR_FILE_ACCESS',
    'expected a home folder for the cache but this user has none: set KINETORCH_CACHE to a folder, or HOME',
  );
}

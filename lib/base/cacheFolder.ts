import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder shared by all checkouts: `KINETORCH_CACHE`, else the platform's own place for caches
 * (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`) with `kinetorch` in it.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.KINETORCH_CACHE) return env.KINETORCH_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'kinetorch');
  const home = env.HOME || env.USERPROFILE || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'kinetorch');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'kinetorch', 'cache');
  return join(home, '.cache', 'kinetorch');
}

import { join } from 'node:path';
import { cacheFolder } from '../cacheFolder';

/** Where {@link installLibTorch} puts a version, for example `~/.cache/kinetorch/libtorch-2.13.0-cpu`. */
export function installFolder(version: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `libtorch-${version}-cpu`);
}

import { join } from 'node:path';
import { cacheFolder } from '../../base/cacheFolder';

/** Builds of LibTorch that are kept in the cache folder, side by side. */
export type Build = 'cpu' | 'cuda';

/** Where a version's build is put, for example `~/.cache/kinetorch/libtorch-2.13.0-cpu`. */
export function installFolder(version: string, env: NodeJS.ProcessEnv = process.env, build: Build = 'cpu'): string {
  return join(cacheFolder(env), `libtorch-${version}-${build}`);
}

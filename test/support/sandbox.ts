import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InstallReporter } from '../../lib/libtorch/install/reporter';
import { libraryPath } from './fakeWheel';

/** Says nothing. */
export const silent: InstallReporter = { message() {}, progress() {}, finish() {} };

/** A new temporary folder; `remove` it in afterEach. */
export function makeSandbox(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'kinetorch-libtorch-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes a file and the folders above it. */
export function put(path: string, content: string | Buffer = ''): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A folder that looks like LibTorch of a version, `torch` being Python's name for it. */
export function putLibTorch(folder: string, version: string): string {
  put(join(folder, 'version.py'), `__version__ = '${version}'\n`);
  for (const name of ['c10', 'torch_cpu']) put(join(folder, libraryPath(name).replace('torch/', '')));
  return folder;
}

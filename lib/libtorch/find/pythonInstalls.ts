import { readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { homeFolder } from '../../base/cacheFolder';
import { isThere } from '../../base/isThere';

/** A `torch` folder inside some Python's site-packages, and how it was come by. */
export interface PythonTorch {
  path: string;
  /** For example `VIRTUAL_ENV` or `python3 on PATH`. */
  via: string;
}

/** Whether the environment is one that was activated by hand, not merely one that lies about. */
export function isActive({ via }: PythonTorch): boolean {
  return via === 'VIRTUAL_ENV' || via === 'CONDA_PREFIX';
}

/**
 * Python environments' `torch` folders, the user's active environment first. Only folder names are read: no Python
 * is run, because starting one takes longer than all of Kinetorch does.
 */
export function pythonInstalls(env: NodeJS.ProcessEnv = process.env): PythonTorch[] {
  const prefixes: { prefix: string; via: string }[] = [];
  if (env.VIRTUAL_ENV) prefixes.push({ prefix: env.VIRTUAL_ENV, via: 'VIRTUAL_ENV' });
  if (env.CONDA_PREFIX) prefixes.push({ prefix: env.CONDA_PREFIX, via: 'CONDA_PREFIX' });
  for (const prefix of prefixesOnPath(env)) prefixes.push({ prefix, via: 'python3 on PATH' });
  const home = homeFolder(env);
  if (home !== null) prefixes.push({ prefix: join(home, '.local'), via: 'the user site-packages' });
  const pyenv = env.PYENV_ROOT || (home !== null && join(home, '.pyenv'));
  for (const version of pyenv ? list(join(pyenv, 'versions')) : []) {
    prefixes.push({ prefix: join(pyenv as string, 'versions', version), via: `pyenv ${version}` });
  }
  const found = new Map<string, PythonTorch>();
  for (const { prefix, via } of prefixes) {
    for (const path of torchFolders(prefix)) {
      const real = realpathSync(path);
      if (!found.has(real)) found.set(real, { path, via });
    }
  }
  return [...found.values()];
}

/** Installation prefixes of the `python3` and `python` found on PATH, with symbolic links (Homebrew's) also followed. */
function prefixesOnPath(env: NodeJS.ProcessEnv): string[] {
  const names = process.platform === 'win32' ? ['python.exe'] : ['python3', 'python'];
  const prefixes = new Set<string>();
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of names) {
      const python = join(folder, name);
      if (!isThere(python)) continue;
      // On Windows python.exe lies in the prefix itself, elsewhere in its bin/.
      const prefixOf = (path: string) => (process.platform === 'win32' ? dirname(path) : dirname(dirname(path)));
      prefixes.add(prefixOf(python)).add(prefixOf(realpathSync(python)));
    }
  }
  return [...prefixes];
}

function torchFolders(prefix: string): string[] {
  const sites = [join(prefix, 'Lib', 'site-packages')];
  for (const lib of ['lib', 'lib64']) {
    for (const python of list(join(prefix, lib)).filter((name) => name.startsWith('python3'))) {
      sites.push(join(prefix, lib, python, 'site-packages'), join(prefix, lib, python, 'dist-packages'));
    }
  }
  return sites.map((site) => join(site, 'torch')).filter((path) => isThere(join(path, 'lib')));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

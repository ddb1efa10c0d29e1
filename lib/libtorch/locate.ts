import { dirname, join, resolve } from 'node:path';
import { packageRoot, pinnedVersion } from '../version';
import { installFolder } from './cache';
import { hasHeaders, inspectLibTorch } from './inspect';
import { verifyInstall } from './marker';
import { pythonInstalls } from './pythonInstalls';
import { isAtLeast, minimumVersion, minorOf } from './version';

/** How a LibTorch was found. */
export type LibTorchSource = 'LIBTORCH' | 'platform package' | 'cache' | 'Python';

/** A LibTorch that the addon can run on. */
export interface LibTorch {
  /** Folder with `lib/`, and `include/` where it can be compiled against. */
  path: string;
  /** Full version, for example `2.13.0+cpu`. */
  version: string;
  source: LibTorchSource;
  /** For a person: which variable, package or Python it came from. */
  detail: string;
}

/** A place that was looked at, and why it was not taken. */
export interface Refusal {
  source: LibTorchSource;
  path: string;
  reason: string;
  /** It is a LibTorch, but of the wrong version. */
  wrongVersion: boolean;
}

/** Outcome of {@link locateLibTorch}: the first that fits, or every place that was looked at. */
export type Location = { found: LibTorch; tried: Refusal[] } | { found: null; tried: Refusal[] };

export interface LocateOptions {
  /** Version that the cache folder is named for; default: package.json's pin. */
  version?: string;
  /** Version the addon was built for, whose minor number has to agree; default: `version`. */
  builtFor?: string;
  /** Set while building: headers are needed, and a `LIBTORCH` given by hand may be any version from 2.10. */
  forBuild?: boolean;
  env?: NodeJS.ProcessEnv;
}

/**
 * Finds LibTorch, in this order: the `LIBTORCH` variable, the platform package, the cache folder, an installed
 * Python torch of the right version. A `LIBTORCH` given by hand is final: where it does not fit, nothing else is
 * taken in its place. Reads folders only (a few milliseconds) and never throws.
 */
export function locateLibTorch(options: LocateOptions = {}): Location {
  const { version = pinnedVersion(), forBuild = false, env = process.env } = options;
  const { builtFor = version } = options;
  const tried: Refusal[] = [];

  const consider = (source: LibTorchSource, path: string, detail: string, anyVersion = false): LibTorch | null => {
    const refuse = (reason: string, wrongVersion = false) => {
      tried.push({ source, path, reason, wrongVersion });
      return null;
    };
    const inspection = inspectLibTorch(path);
    if ('problem' in inspection) return refuse(inspection.problem);
    if (
      anyVersion ? !isAtLeast(inspection.version, minimumVersion) : minorOf(inspection.version) !== minorOf(builtFor)
    ) {
      const expected = anyVersion ? `${minimumVersion} or newer` : `${minorOf(builtFor)}.x`;
      return refuse(`expected version ${expected} but it is ${inspection.version}`, true);
    }
    if (forBuild && !hasHeaders(path)) return refuse('it has no headers (include/torch)');
    return { path, version: inspection.version, source, detail };
  };

  if (env.LIBTORCH) {
    return { found: consider('LIBTORCH', resolve(env.LIBTORCH), `LIBTORCH=${env.LIBTORCH}`, forBuild), tried };
  }
  const platformPackage = `@kinetorch/${process.platform}-${process.arch}`;
  const packaged = platformPackageFolder(platformPackage);
  if (packaged === null) {
    tried.push({ source: 'platform package', path: platformPackage, reason: 'not installed', wrongVersion: false });
  } else {
    const found = consider('platform package', packaged, platformPackage);
    if (found) return { found, tried };
  }

  const installation = installFolder(version, env);
  const check = verifyInstall(installation);
  if ('problem' in check) {
    tried.push({ source: 'cache', path: installation, reason: check.problem, wrongVersion: false });
  } else {
    const found = consider('cache', join(installation, 'torch'), installation);
    if (found) return { found, tried };
  }

  const pythons = pythonInstalls(env);
  for (const { path, via } of pythons) {
    const found = consider('Python', path, via);
    if (found) return { found, tried };
  }
  if (pythons.length === 0) {
    const places = 'VIRTUAL_ENV, CONDA_PREFIX, python3 on PATH, ~/.local, pyenv';
    tried.push({ source: 'Python', path: places, reason: 'no torch installed', wrongVersion: false });
  }
  return { found: null, tried };
}

function platformPackageFolder(name: string): string | null {
  try {
    return join(dirname(require.resolve(`${name}/package.json`, { paths: [packageRoot] })), 'libtorch');
  } catch {
    return null;
  }
}

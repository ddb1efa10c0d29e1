import { join, resolve } from 'node:path';
import { isThere } from '../../base/isThere';
import { systemReason } from '../../base/systemReason';
import { pinnedVersion } from '../../base/version';
import { type Build, installFolder } from './cache';
import { hasHeaders, inspectLibTorch } from './inspect';
import { cudaLibraries } from './libraries';
import { verifyInstall } from './marker';
import { hasNvidiaDriver } from './nvidiaDriver';
import { findPlatformPackage, packagedLibTorch, platformPackageName } from './platformPackage';
import { isActive, pythonInstalls } from './pythonInstalls';
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
 * Finds LibTorch, in this order: the `LIBTORCH` variable; a CUDA build, where one was asked for (that of
 * `kinetorch libtorch install --cuda`, or on a machine with an NVIDIA driver that of the active Python environment);
 * the platform package; the cache folder; an installed Python torch of the right version. A `LIBTORCH` given by hand
 * is final: where it does not fit, nothing else is taken in its place. Reads folders only (a few milliseconds) and
 * never throws.
 */
export function locateLibTorch(options: LocateOptions = {}): Location {
  const { version = pinnedVersion(), forBuild = false, env = process.env } = options;
  const { builtFor = version } = options;
  const tried: Refusal[] = [];

  const refuse = (source: LibTorchSource, path: string, reason: string, wrongVersion = false) => {
    tried.push({ source, path, reason, wrongVersion });
    return null;
  };
  /** What `look` finds; a place that cannot be looked at is refused as it would be for what is wrong with it. */
  const attempt = <T>(source: LibTorchSource, path: string, look: () => T): T | null => {
    try {
      return look();
    } catch (error) {
      return refuse(source, path, systemReason(error));
    }
  };
  const consider = (source: LibTorchSource, path: string, detail: string, anyVersion = false): LibTorch | null => {
    const inspection = attempt(source, path, () => inspectLibTorch(path));
    if (inspection === null) return null;
    if ('problem' in inspection) return refuse(source, path, inspection.problem);
    if (
      anyVersion ? !isAtLeast(inspection.version, minimumVersion) : minorOf(inspection.version) !== minorOf(builtFor)
    ) {
      const expected = anyVersion ? `${minimumVersion} or newer` : `${minorOf(builtFor)}.x`;
      return refuse(source, path, `expected version ${expected} but it is ${inspection.version}`, true);
    }
    if (forBuild && !hasHeaders(path)) return refuse(source, path, 'it has no headers (include/torch)');
    return { path, version: inspection.version, source, detail };
  };
  const considerCache = (build: Build): LibTorch | null => {
    const installation = attempt('cache', 'KINETORCH_CACHE', () => installFolder(version, env, build));
    const check = installation && attempt('cache', installation, () => verifyInstall(installation));
    if (!installation || !check) return null;
    if ('problem' in check) return refuse('cache', installation, check.problem);
    return consider('cache', join(installation, 'torch'), installation);
  };
  const considerPackage = (): LibTorch | null => {
    const installed = findPlatformPackage();
    if (installed === null) return refuse('platform package', platformPackageName, 'not installed');
    return consider('platform package', packagedLibTorch(installed), platformPackageName);
  };

  if (env.LIBTORCH) {
    return { found: consider('LIBTORCH', resolve(env.LIBTORCH), `LIBTORCH=${env.LIBTORCH}`, forBuild), tried };
  }
  const pythons = pythonInstalls(env);
  // Most have no CUDA and never asked for it: that is nothing to report. A build needs none either.
  let found = !forBuild && hasCudaInstall(version, env) ? considerCache('cuda') : null;
  if (!forBuild && hasNvidiaDriver()) {
    const active = pythons.filter((python) => isActive(python) && cudaLibraries(python.path).length > 0);
    for (const { path, via } of active) found ??= consider('Python', path, via);
  }
  found ??= considerPackage() ?? considerCache('cpu');
  for (const { path, via } of pythons) found ??= consider('Python', path, via);
  if (found) return { found, tried };
  if (pythons.length === 0) {
    refuse('Python', 'VIRTUAL_ENV, CONDA_PREFIX, python3 on PATH, ~/.local, pyenv', 'no torch installed');
  }
  return { found: null, tried };
}

function hasCudaInstall(version: string, env: NodeJS.ProcessEnv): boolean {
  try {
    return isThere(installFolder(version, env, 'cuda'));
  } catch {
    // Without a home folder there is no cache.
    return false;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NativeBinding } from '../binding';
import { type ErrorCode, errorCodes, KinetorchError } from './errors';
import { libtorchFailure, loadFailure } from './libtorch/failure';
import { cudaLibraries, requiredLibraries } from './libtorch/libraries';
import { type Location, locateLibTorch } from './libtorch/locate';
import { packageRoot, pinnedVersion } from './version';

/** What `kinetorch_bootstrap.node` registers. */
interface BootstrapBinding {
  /** Opens a shared library for the life of the process. */
  open(path: string): void;
  glibcVersion(): string;
}

let binding: NativeBinding | null = null;
let cudaProblem = '';

/**
 * The native addon; found and loaded at the first call, in a few hundred milliseconds, and the same object after that.
 * Throws `ERR_LIBTORCH_NOT_FOUND` or `ERR_LIBTORCH_VERSION` with what was tried and what to do.
 */
export function native(): NativeBinding {
  binding ??= load();
  return binding;
}

/** Which LibTorch {@link native} uses, or where it was looked for in vain. Loads nothing. */
export function libtorchLocation(): Location {
  return locateLibTorch({ builtFor: builtForVersion() });
}

/** Why the CUDA half of a CUDA build of LibTorch could not be opened; empty where it was, or where there is none. */
export function cudaLoadProblem(): string {
  return cudaProblem;
}

/** Runs native work and turns whatever it throws or rejects with into a {@link KinetorchError}. */
export async function callNative<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nativeError(error);
  }
}

/** The addon's errors are plain ones with a `code`; anything without a known code is `ERR_INTERNAL`. */
export function nativeError(error: unknown): KinetorchError {
  if (error instanceof KinetorchError) return error;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const known = errorCodes.includes(code as ErrorCode) ? (code as ErrorCode) : 'ERR_INTERNAL';
  return new KinetorchError(known, typeof message === 'string' ? message : String(error), { cause: error });
}

function load(): NativeBinding {
  const folder = addonFolder();
  if (folder === undefined) {
    const attempts = addonFolders().map((path) => ({ what: join(path, addonFile), problem: 'no such file' }));
    throw loadFailure('ERR_LIBTORCH_NOT_FOUND', 'the native addon was not found', attempts);
  }
  const bootstrap = attempt(join(folder, bootstrapFile), requireAddon) as BootstrapBinding;
  const { found, tried } = libtorchLocation();
  if (found === null) throw libtorchFailure(tried, builtForVersion());
  for (const library of requiredLibraries(found.path)) attempt(library, bootstrap.open);
  try {
    for (const library of cudaLibraries(found.path)) bootstrap.open(library);
  } catch (error) {
    // A CUDA build of LibTorch still runs on the CPU where NVIDIA's libraries are missing; `doctor` tells why.
    cudaProblem = (error as Error).message;
  }
  const addon = join(folder, addonFile);
  const loaded = attempt(addon, requireAddon) as NativeBinding;
  // Keeps the addon mapped after the worker that loaded it has ended: its executor threads may still be finishing.
  attempt(addon, bootstrap.open);
  return loaded;
}

const addonFile = 'kinetorch.node';
const bootstrapFile = 'kinetorch_bootstrap.node';

function addonFolders(): string[] {
  return [join(packageRoot, 'build', 'Release'), join(packageRoot, 'prebuilds', `${process.platform}-${process.arch}`)];
}

function addonFolder(): string | undefined {
  return addonFolders().find((folder) => existsSync(join(folder, addonFile)));
}

/** The LibTorch the addon was compiled against: a local build says so beside it, a prebuilt one follows the pin. */
function builtForVersion(): string {
  const note = join(packageRoot, 'build', 'Release', 'libtorch-version');
  const local = addonFolder() === dirname(note) && existsSync(note);
  return local ? readFileSync(note, 'utf8').trim() : pinnedVersion();
}

function requireAddon(path: string): unknown {
  return require(path);
}

function attempt<T>(path: string, action: (path: string) => T): T {
  try {
    return action(path);
  } catch (error) {
    const headline = 'the native addon could not be loaded';
    throw loadFailure('ERR_LIBTORCH_NOT_FOUND', headline, [{ what: path, problem: (error as Error).message }], error);
  }
}

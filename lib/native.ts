import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NativeBinding } from '../binding';
import { requireDenoPermissions } from './base/denoPermissions';
import { type ErrorCode, errorCodes, KinetorchError } from './base/errors';
import { packageRoot, pinnedVersion, version } from './base/version';
import { cLibraryProblem } from './libtorch/find/cLibrary';
import { cudaAdvice } from './libtorch/find/cudaAdvice';
import {
  addonFailure,
  cLibraryFailure,
  libtorchFailure,
  olderAddonFailure,
  openFailure,
  packageVersionFailure,
  unreachableFailure,
} from './libtorch/find/failure';
import { cudaLibraries, requiredLibraries } from './libtorch/find/libraries';
import { type LibTorch, type Location, locateLibTorch } from './libtorch/find/locate';
import { findPlatformPackage, platformPackageName, prebuiltFolder } from './libtorch/find/platformPackage';
import { openMpEnvironment } from './libtorch/openMpEnvironment';

/** What `kinetorch_bootstrap.node` registers. */
interface BootstrapBinding {
  /** Opens a shared library for the life of the process; `environment` is added to the environment meanwhile. */
  open(path: string, environment: Record<string, string>): void;
  /** How often GNU's OpenMP spins in such a time. */
  spinsIn(milliseconds: number): number;
}

/** What the same addon has more on Linux (native/sandbox). */
export interface SandboxBinding {
  /**
   * Takes from this process, for good, files, network, programs and other processes; but for the file `writable`, where
   * it is not empty. Gives Landlock's ABI version (0: not in force), and why something is not.
   */
  lockIn(writable: string, memoryBytes: number): { landlock: number; seccomp: boolean; problem: string };
  /** Begins this process anew with a program that can set up no io_uring: see Note [Rings] in native/sandbox/restart.h. */
  restartWithoutRings(program: string, args: string[]): never;
  /** Hands an open file to the process at the other end of a Unix socket. */
  sendFile(socket: number, file: number): void;
  /** The next file that was handed over; throws where there is none. */
  receiveFile(socket: number): number;
  rewindFile(file: number): void;
}

let binding: NativeBinding | null = null;
let cudaProblem = '';

/**
 * The native addon; found and loaded at the first call, in a few hundred milliseconds, and the same object after that.
 * Throws `ERR_PLATFORM`, `ERR_LIBTORCH_NOT_FOUND` or `ERR_LIBTORCH_VERSION` with what was tried and what to do.
 */
export function native(): NativeBinding {
  try {
    requireDenoPermissions();
    binding ??= load();
    return binding;
  } catch (error) {
    throw error instanceof KinetorchError ? error : unreachableFailure(error);
  }
}

const sandboxFunctions = ['lockIn', 'restartWithoutRings', 'sendFile', 'receiveFile', 'rewindFile'] as const;

/**
 * What locks a process in and hands files to it; null elsewhere than on Linux. Loads no LibTorch. Throws as `native`
 * does where there is no addon, and `ERR_LIBTORCH_VERSION` where there is one of an older build.
 */
export function sandboxBinding(): SandboxBinding | null {
  if (process.platform !== 'linux') return null;
  const path = join(addonFolder(), bootstrapFile);
  const found = requireAddon(path) as SandboxBinding;
  const missing = sandboxFunctions.find((name) => typeof found[name] !== 'function');
  if (missing !== undefined) throw olderAddonFailure(path, missing);
  return found;
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
  const text = typeof message === 'string' ? message : String(error);
  return new KinetorchError(known, known === 'ERR_DEVICE' ? withCudaAdvice(text) : text, { cause: error });
}

/** The addon knows that there is no CUDA device; which LibTorch and driver are to blame is known here. */
function withCudaAdvice(message: string): string {
  const found = libtorchLocation().found;
  if (found === null || !message.startsWith('expected a CUDA device for')) return message;
  return [message, ...cudaAdvice(found, cudaProblem)].join('\n');
}

function load(): NativeBinding {
  const problem = cLibraryProblem();
  if (problem !== null) throw cLibraryFailure(problem);
  const folder = addonFolder();
  const bootstrap = requireAddon(join(folder, bootstrapFile)) as BootstrapBinding;
  const { found, tried } = libtorchLocation();
  if (found === null) throw libtorchFailure(tried, builtForVersion());
  const environment = openMpEnvironment(bootstrap.spinsIn);
  const open = (path: string) => attempt(path, () => bootstrap.open(path, environment), found);
  for (const library of [...librariesBeside(folder), ...requiredLibraries(found.path)]) open(library);
  try {
    for (const library of cudaLibraries(found.path)) bootstrap.open(library, environment);
  } catch (error) {
    // A CUDA build of LibTorch still runs on the CPU where NVIDIA's libraries are missing; `doctor` tells why.
    cudaProblem = (error as Error).message;
  }
  const addon = join(folder, addonFile);
  const loaded = requireAddon(addon) as NativeBinding;
  // Keeps the addon mapped after the worker that loaded it has ended: its executor threads may still be finishing.
  open(addon);
  return loaded;
}

const addonFile = 'kinetorch.node';
const bootstrapFile = 'kinetorch_bootstrap.node';
const ownBuild = join(packageRoot, 'build', 'Release');

/** A build of one's own, else the platform package's, which has to be of this release. */
function addonFolder(): string {
  if (existsSync(join(ownBuild, addonFile))) return ownBuild;
  const installed = findPlatformPackage();
  if (installed === null) {
    throw addonFailure([
      { what: join(ownBuild, addonFile), problem: 'no such file' },
      { what: platformPackageName, problem: 'not installed' },
    ]);
  }
  if (installed.version !== version()) throw packageVersionFailure(installed.version);
  const folder = prebuiltFolder(installed);
  if (existsSync(join(folder, addonFile))) return folder;
  throw addonFailure([{ what: join(folder, addonFile), problem: 'no such file' }]);
}

/**
 * What the addon needs besides LibTorch travels beside it in the platform package (Highway). kinetorch_cuda may lie
 * there too: it needs LibTorch's CUDA half, and the addon opens it itself (native/runtime/cuda_library.cpp).
 */
function librariesBeside(folder: string): string[] {
  const names = readdirSync(folder).filter(
    (name) => /\.(so(\.\d+)*|dylib|dll)$/.test(name) && !name.includes('kinetorch_cuda'),
  );
  return names.sort().map((name) => join(folder, name));
}

/** The LibTorch the addon was compiled against: a local build says so beside it, a prebuilt one follows the pin. */
function builtForVersion(): string {
  const note = join(ownBuild, 'libtorch-version');
  return existsSync(join(ownBuild, addonFile)) && existsSync(note)
    ? readFileSync(note, 'utf8').trim()
    : pinnedVersion();
}

function requireAddon(path: string): unknown {
  return attempt(path, () => require(path));
}

function attempt<T>(path: string, action: () => T, libtorch?: LibTorch): T {
  try {
    return action();
  } catch (error) {
    throw openFailure(path, error, libtorch);
  }
}

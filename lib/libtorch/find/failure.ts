import { join } from 'node:path';
import { type ErrorCode, KinetorchError } from '../../base/errors';
import { isThere } from '../../base/isThere';
import { isForbidden, systemReason } from '../../base/systemReason';
import { packageRoot, pinnedVersion, version } from '../../base/version';
import { cLibrary, cLibraryRemedy, glibcRequired } from './cLibrary';
import type { LibTorch, Refusal } from './locate';
import { packagedPlatforms, platform, platformPackageName } from './platformPackage';
import { minorOf } from './version';

/** One thing that was tried, and what came of it. */
export interface Attempt {
  what: string;
  problem: string;
}

interface FailureDetails {
  /** Commands to run, most promising first. */
  remedy: string[];
  attempts?: Attempt[];
  cause?: unknown;
}

/**
 * The error for a machine on which the addon does not come up: what was found and needed, this runtime, everything
 * that was tried with its own error, and the command to run.
 */
export function loadFailure(code: ErrorCode, headline: string, details: FailureDetails): KinetorchError {
  const { node, napi } = process.versions;
  const library = cLibrary();
  const runtime = [platform, `Node ${node}`, `Node-API ${napi}`, ...(library === null ? [] : [library])].join(', ');
  const lines = [
    `${headline} (${runtime})`,
    ...(details.attempts ?? []).map(({ what, problem }) => `  - ${what}: ${problem}`),
    'What to do:',
    ...details.remedy.map((line) => `  ${line}`),
  ];
  return new KinetorchError(code, lines.join('\n'), { cause: details.cause });
}

/** The machine's C library is one that neither the addon nor LibTorch runs on. */
export function cLibraryFailure(problem: string): KinetorchError {
  return loadFailure('ERR_PLATFORM', problem, { remedy: cLibraryRemedy });
}

/** Neither a build of one's own nor the platform package is there. */
export function addonFailure(attempts: Attempt[]): KinetorchError {
  if (!isCheckout() && !packagedPlatforms.includes(platform)) {
    return loadFailure('ERR_PLATFORM', `found ${platform}, needed one of ${packagedPlatforms.join(', ')}`, {
      remedy: ['build Kinetorch from a checkout on this machine: npm run build'],
      attempts,
    });
  }
  const headline = 'the native addon was not found';
  return loadFailure('ERR_LIBTORCH_NOT_FOUND', headline, { remedy: reinstall(), attempts });
}

/** The platform package is of another release than this one. */
export function packageVersionFailure(found: string): KinetorchError {
  const headline = `found ${platformPackageName} ${found}, needed ${version()}`;
  return loadFailure('ERR_LIBTORCH_VERSION', headline, { remedy: reinstall() });
}

/** The addon is one that was built before it was given something that is called now. */
export function olderAddonFailure(path: string, missing: string): KinetorchError {
  const headline = `expected an addon of this version but found one of an older build, which has no ${missing}`;
  return loadFailure('ERR_LIBTORCH_VERSION', headline, {
    remedy: reinstall(),
    attempts: [{ what: path, problem: `has no ${missing}` }],
  });
}

/** LibTorch was looked for, and none fits. */
export function libtorchFailure(tried: Refusal[], needed: string): KinetorchError {
  const wrong = tried.some((refusal) => refusal.wrongVersion);
  return loadFailure(
    wrong ? 'ERR_LIBTORCH_VERSION' : 'ERR_LIBTORCH_NOT_FOUND',
    wrong ? `expected LibTorch ${minorOf(needed)}.x but found another version` : `LibTorch ${needed} was not found`,
    {
      remedy: libtorchRemedy(tried),
      attempts: tried.map(({ source, path, reason }) => ({ what: `${source}, ${path}`, problem: reason })),
    },
  );
}

/** What to do where LibTorch was looked for and none fits: a `LIBTORCH` given by hand stands in the way of all others. */
export function libtorchRemedy(tried: readonly Refusal[]): string[] {
  return tried.some(({ source }) => source === 'LIBTORCH') ? byHandRemedy() : reinstall();
}

/** The system or the runtime does not let this process look for the addon, or load it: nothing is said of what is there. */
export function unreachableFailure(cause: unknown): KinetorchError {
  const remedy = isForbidden(cause)
    ? ['node --permission --allow-addons --allow-child-process --allow-fs-read=… (app, node_modules, models, videos)']
    : ['raise that limit, or free what uses it up, and call again: nothing has to be installed'];
  const headline = `the native addon could not be loaded: ${systemReason(cause)}`;
  return loadFailure('ERR_LIBTORCH_NOT_FOUND', headline, { remedy, cause });
}

/** A library or the addon is there, and the loader refused it. */
export function openFailure(path: string, cause: unknown, libtorch?: LibTorch): KinetorchError {
  const problem = (cause as Error).message;
  if (isForbidden(cause)) return unreachableFailure(cause);
  // The loader gives the system's reason as a text alone.
  if (/Too many open files/.test(problem)) {
    return unreachableFailure({ code: 'EMFILE', message: problem });
  }
  const newer = /version [`'](GLIBC\w*_[\d.]+)' not found/.exec(problem)?.[1];
  if (newer !== undefined) {
    const headline = `${path} needs ${newer}, which this system's C or C++ library lacks (glibc ${glibcRequired} and GCC 8's are enough for what Kinetorch ships)`;
    return loadFailure('ERR_PLATFORM', headline, {
      remedy: cLibraryRemedy,
      attempts: [{ what: path, problem }],
      cause,
    });
  }
  return loadFailure('ERR_LIBTORCH_NOT_FOUND', 'the native addon could not be loaded', {
    remedy:
      libtorch?.source === 'LIBTORCH'
        ? byHandRemedy()
        : libtorch?.source === 'cache' && !isCheckout()
          ? again()
          : reinstall(),
    attempts: [{ what: path, problem }],
    cause,
  });
}

/** The commands that bring the addon and LibTorch back. */
function reinstall(): [command: string, ...notes: string[]] {
  if (isCheckout()) {
    return [`cd ${packageRoot} && npm run build`, '(fetches LibTorch where it is missing and builds the addon)'];
  }
  return [
    `npm install ${platformPackageName}@${version()}`,
    '(npm leaves it out with --omit=optional, and with a lockfile or a node_modules folder made on another system)',
  ];
}

function byHandRemedy(): string[] {
  const own = isCheckout() ? 'the cache folder' : platformPackageName;
  return [
    `unset LIBTORCH, and the LibTorch of ${own} is used`,
    `or set it to a whole LibTorch ${pinnedVersion()}: the folder that holds lib/`,
  ];
}

function again(): string[] {
  return ['npx kinetorch libtorch install --cuda', 'or go back to the CPU: npx kinetorch libtorch remove --cuda'];
}

function isCheckout(): boolean {
  return isThere(join(packageRoot, 'scripts', 'setup', 'main.mjs'));
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, KinetorchError } from '../errors';
import { packageRoot, pinnedVersion } from '../version';
import type { Refusal } from './locate';
import { minorOf } from './version';

/** Oldest C library that LibTorch's own wheels (manylinux_2_28), and so Kinetorch, run on. */
const glibcRequired = '2.28';

/** One thing that was tried, and what came of it. */
export interface Attempt {
  what: string;
  problem: string;
}

/**
 * The error for a machine on which the addon does not come up: this runtime, everything that was tried with its own
 * error, the C library found and required, and the command to run.
 */
export function loadFailure(code: ErrorCode, headline: string, attempts: Attempt[], cause?: unknown): KinetorchError {
  const lines = [
    `${headline} (${process.platform}-${process.arch}, Node ${process.versions.node}, Node-API ${process.versions.napi})`,
    ...attempts.map(({ what, problem }) => `  - ${what}: ${problem}`),
    ...libcLines(),
    'What to do:',
    ...remedies().map((line) => `  ${line}`),
  ];
  return new KinetorchError(code, lines.join('\n'), { cause });
}

/** {@link loadFailure} for a LibTorch that was looked for and not found. */
export function libtorchFailure(tried: Refusal[], version: string): KinetorchError {
  const wrong = tried.some((refusal) => refusal.wrongVersion);
  return loadFailure(
    wrong ? 'ERR_LIBTORCH_VERSION' : 'ERR_LIBTORCH_NOT_FOUND',
    wrong ? `expected LibTorch ${minorOf(version)}.x but found another version` : `LibTorch ${version} was not found`,
    tried.map(({ source, path, reason }) => ({ what: `${source}, ${path}`, problem: reason })),
  );
}

/** glibc's version from Node itself, for where no addon can be loaded; null on musl and on other systems. */
export function glibcVersion(): string | null {
  if (process.platform !== 'linux' || !process.report) return null;
  // Without this the report looks up the names of all open connections' hosts, which can take seconds.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime ?? null;
}

function libcLines(): string[] {
  if (process.platform !== 'linux') return [];
  const found = glibcVersion();
  if (found === null) {
    return [
      `  - C library: expected glibc ${glibcRequired} or newer but this Linux has musl, for which there is no LibTorch`,
    ];
  }
  return [`  - C library: glibc ${found} found, ${glibcRequired} or newer required`];
}

function remedies(): string[] {
  if (existsSync(join(packageRoot, 'scripts', 'bootstrap.mjs'))) {
    return [`cd ${packageRoot} && npm run build`, '(fetches LibTorch where it is missing and builds the addon)'];
  }
  const version = pinnedVersion();
  const index = process.platform === 'darwin' ? '' : ' --index-url https://download.pytorch.org/whl/cpu';
  return [
    `python3 -m pip install torch==${version}${index}`,
    `or unpack LibTorch ${version} and set LIBTORCH to its folder, the one that holds lib/`,
  ];
}

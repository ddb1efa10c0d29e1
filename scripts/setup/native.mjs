import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { repairLibTorch } from './libtorch.mjs';
import { inProject } from './project.mjs';
import { announce, runStep } from './runStep.mjs';
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs';
import { buildToolProblems, googleTestProblems, hasGoogleTest, provideTools } from './tools.mjs';
import { versionOf } from './versionOf.mjs';

const sources = ['native', 'CMakeLists.txt', 'node_modules/node-addon-api/package.json'];
const testSources = ['test/native'];
const outputs = ['kinetorch.node', 'kinetorch_bootstrap.node'].map((name) => inProject('build', 'Release', name));

/** A file that includes LibTorch's headers takes a compiler about this much. */
const bytesPerCompiler = 2 ** 31;

/**
 * Builds the two addons, and with `tests` the native unit tests, where a source or LibTorch's version has changed.
 * Returns whether it did anything.
 */
export async function buildNative(libtorch, { tests }) {
  const hash = hashOf(sources, libtorch.version);
  const stamp = readStamp('native');
  const built = stamp?.hash === hash && outputs.every((path) => existsSync(path));
  const testsHash = tests ? hashOf(testSources) : null;
  if (built && (!tests || stamp.testsHash === testsHash)) return false;

  await provideTools(() => [...buildToolProblems(), ...(tests ? googleTestProblems() : [])]);
  const withTests = tests && hasGoogleTest();
  if (built && !withTests) return false;

  await repairLibTorch(libtorch);
  const jobs = parallelJobs();
  const what = withTests ? 'the native addon and its tests' : 'the native addon';
  announce(`building ${what} (LibTorch ${libtorch.version}, ${jobs} at a time; some minutes the first time)`);
  removeStamp('native');
  const cmakeJs = [inProject('node_modules', 'cmake-js', 'bin', 'cmake-js')];
  const defines = [
    `KINETORCH_LIBTORCH=${libtorch.path}`,
    `KINETORCH_BUILD_TESTS=${withTests ? 'ON' : 'OFF'}`,
    'KINETORCH_BY_ROOM=ON',
    `CMAKE_CXX_COMPILER_LAUNCHER=${versionOf('ccache') === null ? '' : 'ccache'}`,
  ].map((define) => `--CD${define}`);
  await runStep('native-build', process.execPath, [...cmakeJs, 'configure', ...defines]);
  await runStep('native-build', process.execPath, [...cmakeJs, 'build', '--parallel', String(jobs)], {
    progressOf,
    append: true,
    // Without it ccache does not cache what uses a precompiled header.
    env: { CCACHE_SLOPPINESS: 'pch_defines,time_macros', ...process.env },
  });
  // lib/native.ts reads it: the addon runs on this minor version only.
  writeFileSync(inProject('build', 'Release', 'libtorch-version'), `${libtorch.version}\n`);
  writeStamp('native', { hash, testsHash: withTests ? testsHash : null });
  return true;
}

/** As many compilers as there are cores, or fewer where the memory (or the container's share of it) is short. */
export function parallelJobs() {
  const limits = [totalmem(), process.constrainedMemory?.()].filter((bytes) => bytes > 0);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(Math.min(...limits) / bytesPerCompiler)));
}

/** `[12/40]` of Ninja, `[ 30%]` of make. */
export function progressOf(line) {
  return /^\[ *(\d+\/\d+|\d+%)\]/.exec(line)?.[1];
}

/** The program of the native unit tests; null where they were not built. */
export function nativeTests() {
  if (!readStamp('native')?.testsHash) return null;
  const name = process.platform === 'win32' ? 'kinetorch_tests.exe' : 'kinetorch_tests';
  // Where CMake's generator puts programs.
  return [inProject('build', name), inProject('build', 'Release', name)].find((path) => existsSync(path)) ?? null;
}

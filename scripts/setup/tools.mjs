import { spawnSync } from 'node:child_process';
import { StepError } from './stepError.mjs';
import { installCommand, installTools } from './systemPackages.mjs';
import { versionOf } from './versionOf.mjs';

/**
 * Installs what `problems()` finds missing, where that can be done without asking. Throws a {@link StepError} that lists what
 * is then still missing or too old, and what to type; what is only `wanted` is warned of.
 *
 * @param problems gives `{ tool, message, wanted }` of each
 */
export async function provideTools(problems) {
  const missing = problems();
  if (missing.length === 0) return;
  await installTools(missing.map(({ tool }) => tool));
  const left = problems();
  const list = left.map(({ message }) => message);
  const text = [...list, `  Install with: ${installCommand(left.map(({ tool }) => tool))}`].join('\n');
  if (left.some(({ wanted }) => !wanted)) throw new StepError(text);
  if (left.length > 0) console.error(text);
}

/** What the native build needs and this machine lacks. */
export const buildToolProblems = () =>
  [checkCmake(), checkMake(), checkCompiler(), checkHighway()].filter((problem) => problem !== null);

/** pip, which fetches LibTorch. */
export const pipProblem = () => toolProblem('python3 with pip', null, 'any version, only to fetch LibTorch', 'pip');

/** The native unit tests are left out without it. */
export const googleTestProblems = () => {
  const message = '⚠ GoogleTest was not found: the native unit tests are NOT built and NOT run.';
  return hasGoogleTest() ? [] : [{ tool: 'gtest', message, wanted: true }];
};

/** One tool that is missing (`found` null) or too old, in the form all such messages have. */
function toolProblem(name, found, needed, tool) {
  const state = found === null ? `is missing: needed ${needed}` : `is too old: found ${found}, needed ${needed}`;
  return { tool, message: `✘ ${name} ${state}` };
}

export const hasGoogleTest = () => hasHeader('gtest/gtest.h');

/** Whether the C++ compiler finds a header; asked of the compiler, which knows where it looks. */
function hasHeader(header) {
  const compiler = compilerCommand();
  const args = ['-E', '-x', 'c++', '-include', header, '-I/opt/homebrew/include', '-'];
  return (
    compiler !== null && spawnSync(compiler, args, { input: '', stdio: ['pipe', 'ignore', 'ignore'] }).status === 0
  );
}

function checkCmake() {
  const found = versionOf('cmake');
  return found !== null && atLeast(found, 3, 18) ? null : toolProblem('CMake', found, '3.18 or newer', 'cmake');
}

/** What CMake drives. On Windows it is MSBuild, which comes with the compiler. */
function checkMake() {
  if (process.platform === 'win32') return null;
  return ['ninja', 'make'].some((tool) => versionOf(tool) !== null)
    ? null
    : toolProblem('make', null, 'make or Ninja', 'make');
}

/** The compiler CMake takes: CXX, else the first of c++, g++, clang++. On Windows CMake itself finds Visual Studio. */
function checkCompiler() {
  if (process.platform === 'win32') return null;
  const command = compilerCommand();
  const text = command === null ? null : spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout;
  const needed = 'g++ 9 or newer, or clang 10 or newer (C++17)';
  if (!text) return toolProblem('a C++ compiler', null, needed, 'compiler');
  const clang = /clang version (\d+)/.exec(text);
  const found = clang ? clang[1] : versionOf(command, ['-dumpfullversion', '-dumpversion'], /\d+(\.\d+)*/);
  const enough = atLeast(found ?? '0', clang ? 10 : 9, 0);
  return enough ? null : toolProblem(`the C++ compiler ${command}`, found, needed, 'compiler');
}

/**
 * The library that the kernels' SIMD code is written in; without a compiler, which would find it, it counts as missing. On
 * Windows CMake looks for it.
 */
function checkHighway() {
  if (process.platform === 'win32' || hasHeader('hwy/highway.h')) return null;
  return toolProblem('Highway', null, 'its headers and library, 1.0 or newer', 'highway');
}

function compilerCommand() {
  const candidates = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
  return candidates.find((command) => versionOf(command) !== null) ?? null;
}

function atLeast(version, major, minor) {
  const [foundMajor, foundMinor = 0] = version.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

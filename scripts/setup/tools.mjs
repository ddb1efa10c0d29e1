import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StepError } from './stepError.mjs';

/** Package that brings a tool, by package manager. `null`: it comes with something else, or not at all. */
const packages = {
  cmake: { apt: 'cmake', dnf: 'cmake', apk: 'cmake', brew: 'cmake', winget: 'Kitware.CMake' },
  make: { apt: 'make', dnf: 'make', apk: 'make', brew: 'ninja', winget: 'Ninja-build.Ninja' },
  compiler: { apt: 'g++', dnf: 'gcc-c++', apk: 'g++', xcode: true, winget: 'Microsoft.VisualStudio.2022.BuildTools' },
  highway: { apt: 'libhwy-dev', dnf: 'highway-devel', apk: 'highway-dev', brew: 'highway' },
  pip: { apt: 'python3-pip', dnf: 'python3-pip', apk: 'py3-pip', brew: 'python', winget: 'Python.Python.3.12' },
  gtest: { apt: 'libgtest-dev', dnf: 'gtest-devel', apk: 'gtest-dev', brew: 'googletest' },
};

/** The command that installs a tool on this machine. */
export function installCommand(tool) {
  const manager = packageManager();
  const name = packages[tool][manager];
  if (manager === 'brew' && packages[tool].xcode) return 'xcode-select --install';
  if (!name) return `install ${tool} with your system's package manager`;
  const root = process.getuid?.() === 0 ? '' : 'sudo ';
  return {
    apt: `${root}apt-get update && ${root}apt-get install -y ${name}`,
    dnf: `${root}dnf install -y ${name}`,
    apk: `${root}apk add ${name}`,
    brew: `brew install ${name}`,
    winget: `winget install ${name}`,
  }[manager];
}

/** Throws a {@link StepError} that lists everything the native build needs and this machine lacks. */
export function checkBuildTools() {
  const problems = [checkCmake(), checkMake(), checkCompiler(), checkHighway()].filter((problem) => problem !== null);
  if (problems.length > 0) throw new StepError(problems.join('\n'));
}

/** One tool that is missing (`found` null) or too old, in the form all such messages have. */
export function toolProblem(name, found, needed, tool) {
  const state = found === null ? `is missing: needed ${needed}` : `is too old: found ${found}, needed ${needed}`;
  return `✘ ${name} ${state}\n  Install it with: ${installCommand(tool)}`;
}

export const hasGoogleTest = () => hasHeader('gtest/gtest.h');

/** Whether the C++ compiler finds a header; asked of the compiler, which knows where it looks. */
function hasHeader(header) {
  const args = ['-E', '-x', 'c++', '-include', header, '-I/opt/homebrew/include', '-'];
  return spawnSync(compilerCommand(), args, { input: '', stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}

/** A program's first version number, from its output; null where it cannot be run. */
export function versionOf(command, args = ['--version'], pattern = /(\d+)\.(\d+)(\.\d+)?/) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (pattern.exec(stdout)?.[0] ?? '0.0') : null;
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

/** The library that the kernels' SIMD code is written in. On Windows CMake looks for it. */
function checkHighway() {
  if (process.platform === 'win32' || compilerCommand() === null || hasHeader('hwy/highway.h')) return null;
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

function packageManager() {
  if (process.platform === 'darwin') return 'brew';
  if (process.platform === 'win32') return 'winget';
  let release = '';
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // Not every Linux has it; then no package manager is named.
  }
  const like = /^ID(_LIKE)?=.*$/gm;
  const names = (release.match(like) ?? []).join(' ');
  if (/debian|ubuntu/.test(names)) return 'apt';
  if (/fedora|rhel|centos/.test(names)) return 'dnf';
  return /alpine/.test(names) ? 'apk' : 'unknown';
}

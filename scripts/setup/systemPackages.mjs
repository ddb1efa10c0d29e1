import { spawnSync } from 'node:child_process';
import { announce, runStep } from './runStep.mjs';
import { StepError } from './stepError.mjs';
import { versionOf } from './versionOf.mjs';

/** Package that brings a tool, by package manager. */
const packages = {
  cmake: { apt: 'cmake', dnf: 'cmake', apk: 'cmake', brew: 'cmake', winget: 'Kitware.CMake' },
  // Ninja where it is sure to be there: make waits for one library before it begins the next.
  make: { apt: 'ninja-build', dnf: 'make', apk: 'make', brew: 'ninja', winget: 'Ninja-build.Ninja' },
  compiler: { apt: 'g++', dnf: 'gcc-c++', apk: 'g++', winget: 'Microsoft.VisualStudio.2022.BuildTools' },
  highway: { apt: 'libhwy-dev', dnf: 'highway-devel', apk: 'highway-dev', brew: 'highway' },
  pip: { apt: 'python3-pip', dnf: 'python3-pip', apk: 'py3-pip', brew: 'python', winget: 'Python.Python.3.12' },
  gtest: { apt: 'libgtest-dev', dnf: 'gtest-devel', apk: 'gtest-dev', brew: 'googletest' },
};

/** The first that this machine has is the one that is used. */
const managers = {
  apt: {
    command: 'apt-get',
    needsRoot: true,
    update: 'apt-get update',
    // Another one may be at work, as on a machine that has just been started.
    install: 'env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends',
    typed: 'apt-get install -y',
  },
  dnf: { command: 'dnf', needsRoot: true, install: 'dnf install -y' },
  apk: { command: 'apk', needsRoot: true, install: 'apk add' },
  brew: { command: 'brew', needsRoot: false, install: 'brew install' },
  // Not by itself: its installers ask in windows of their own.
  winget: { command: 'winget', needsRoot: false, asks: true, install: 'winget install' },
};

/** What to type to install tools on this machine, in one line. */
export function installCommand(tools) {
  const name = managerOf();
  const known = tools.filter((tool) => packages[tool][name] !== undefined);
  const others = tools.filter((tool) => !known.includes(tool));
  const { needsRoot, update, install, typed = install } = managers[name] ?? {};
  const sudo = needsRoot && !isRoot() ? 'sudo ' : '';
  const names = known.map((tool) => packages[tool][name]).join(' ');
  return [
    ...(name === 'brew' && others.includes('compiler') ? ['xcode-select --install'] : []),
    ...(update && known.length > 0 ? [sudo + update] : []),
    ...(known.length > 0 ? [`${sudo}${typed} ${names}`] : []),
    ...(name === undefined ? [`install ${others.join(', ')} with your system's package manager`] : []),
  ].join(' && ');
}

/** Installs those tools that can be had without asking anybody: as root, through a sudo that wants no password, or brew. */
export async function installTools(tools) {
  const name = managerOf();
  const names = tools.map((tool) => packages[tool][name]).filter((known) => known !== undefined);
  const { needsRoot, asks = true, update, install } = { asks: false, ...managers[name] };
  const before = needsRoot && !isRoot() ? ['sudo', '-n'] : [];
  if (names.length === 0 || name === undefined || asks || (before.length > 0 && !sudoIsFree())) return;
  announce(`installing ${names.join(' ')} (${[...before, install, ...names].join(' ')})`);
  try {
    // Lists may be old or not there; where they cannot be fetched, what is there may do.
    if (update) await run('system-update', [...before, ...update.split(' ')]).catch(() => {});
    await run('system-install', [...before, ...install.split(' '), ...names]);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
  }
}

const run = (step, [command, ...args]) => runStep(step, command, args);

const managerOf = () => Object.keys(managers).find((name) => versionOf(managers[name].command) !== null);

const isRoot = () => process.getuid?.() === 0;

const sudoIsFree = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;

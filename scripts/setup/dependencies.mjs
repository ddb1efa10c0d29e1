import { existsSync, readFileSync } from 'node:fs';
import { inProject } from './project.mjs';
import { announce, runStep } from './runStep.mjs';

/** Installs the npm packages of package-lock.json where node_modules holds others. Returns whether it did anything. */
export async function installDependencies() {
  if (matchesLock()) return false;
  announce('installing npm packages (npm ci)');
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  // Under `npm run` this names the npm that runs us, which need not be the first on PATH.
  const npm = process.env.npm_execpath;
  if (npm && existsSync(npm) && npm.endsWith('.js')) await runStep('npm-ci', process.execPath, [npm, ...args]);
  else await runStep('npm-ci', process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  return true;
}

/** Compares the lock with npm's own note of what it installed; optional packages may be absent (other platforms'). */
function matchesLock() {
  const installed = packagesOf(inProject('node_modules', '.package-lock.json'));
  if (installed === null) return false;
  const wanted = packagesOf(inProject('package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : null;
}

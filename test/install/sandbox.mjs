import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** npm starts commands with sh; the commands that pnpm lays into node_modules/.bin are scripts that use the others. */
const shellTools = ['sh', 'sed', 'dirname', 'uname'];

/** A program that did not do what was asked of it, with what it printed. */
export class CommandFailed extends Error {}

/**
 * A machine with nothing on it: an empty home, and a PATH that holds Node, its npm and what package managers start
 * commands with, so no compiler, CMake or Python. Returns the environment for what runs there.
 */
export function bareMachine(folder, node, npmFolder, extra = {}) {
  const [bin, home] = ['bin', 'home'].map((name) => join(folder, name));
  for (const path of [bin, home]) mkdirSync(path, { recursive: true });
  symlinkSync(node, join(bin, 'node'));
  for (const name of shellTools) symlinkSync(join('/bin', name), join(bin, name));
  for (const name of ['npm', 'npx']) symlinkSync(join(npmFolder, 'bin', `${name}-cli.js`), join(bin, name));
  return { PATH: bin, HOME: home, CI: 'true', NO_COLOR: '1', ...extra };
}

/** The folder of the npm that runs us, else of the one beside this Node. */
export function npmFolder() {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return dirname(dirname(running));
  return join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm');
}

/** Runs a program to its end and returns what it printed. Throws {@link CommandFailed} where it fails or hangs. */
export function run(command, args, { cwd, env = process.env, timeoutMs = 300_000 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let output = '';
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout);
      reject(new CommandFailed(`${[command, ...args].join(' ')}\nin ${cwd} ended with ${signal ?? code}:\n${output}`));
    });
  });
}

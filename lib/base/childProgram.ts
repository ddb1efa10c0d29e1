import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a process of this package is started. */
export interface ChildProgram {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The child runs as plain JavaScript; when this file runs from its TypeScript source, under Jest, the built one serves. */
const folder = __filename.endsWith('.ts') ? join(__dirname, '..', '..', 'dist') : join(__dirname, '..');

/** Nothing of the parent's environment that may hold secrets or change how Node starts. */
const passedEnvironment = ['PATH', 'SystemRoot', 'TEMP', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

/** Set in a child. Whoever finds it and wants a child was started in its place. */
const childMark = 'KINETORCH_CHILD';

/** What runs a file of JavaScript that it is given: node, nodejs, node-22, bun, deno. */
const runtimeName = /[\\/](node|nodejs|bun|deno)[-_]?v?[\d.]*(\.exe)?$/i;

/**
 * The program that runs a file of this package in a process of its own: `KINETORCH_NODE`, else the runtime that runs this
 * process, else the `node` of PATH. A program that is not known to run a file is never started: an app that is packed into one with its Node.js
 * (Electron, single executables) would start itself, without end.
 *
 * Throws an error whose message says what is missing and what to set.
 *
 * @param file what it is to run, for example `video/decoderProcess.js`
 * @param variables what it is to have in its environment beside the few of this process's
 */
export function childProgram(file: string, variables: NodeJS.ProcessEnv = {}): ChildProgram {
  const { env, execPath, versions } = process;
  if (env[childMark]) {
    throw new Error(
      `${execPath} was started to run a part of Kinetorch and runs this app: set KINETORCH_NODE to a Node.js program instead`,
    );
  }
  const command = env.KINETORCH_NODE || (runsFiles() ? execPath : nodeOnPath());
  if (command === null) {
    throw new Error(
      `${execPath} cannot run a file of Kinetorch's, as node would, and there is no node on PATH: set KINETORCH_NODE to a ` +
        `Node.js program${versions.electron ? ', or to process.execPath where the runAsNode fuse is on' : ''}`,
    );
  }
  const passed = Object.fromEntries(passedEnvironment.map((name) => [name, env[name]]));
  return {
    command,
    args: [unpackedFile(join(folder, file))],
    // Electron's own program is Node with the last.
    env: { ...passed, ...variables, [childMark]: '1', ...(versions.electron && { ELECTRON_RUN_AS_NODE: '1' }) },
  };
}

/** Whether this process's own program is known to run a file that it is given. */
function runsFiles(): boolean {
  if (process.versions.electron !== undefined) return process.env.ELECTRON_RUN_AS_NODE !== undefined;
  return runtimeName.test(process.execPath) && !isPacked();
}

/** Whether the app is within the program, whatever that is called. */
function isPacked(): boolean {
  const deno = (globalThis as { Deno?: { build: { standalone?: boolean } } }).Deno;
  return 'pkg' in process || deno?.build.standalone === true || isSingleExecutable();
}

function isSingleExecutable(): boolean {
  try {
    return (require('node:sea') as { isSea(): boolean }).isSea();
  } catch {
    // Before Node 20.12 there is no such module; nor elsewhere.
    return false;
  }
}

function nodeOnPath(): string | null {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const candidates = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return candidates.map((folder) => join(folder, name)).find(isOtherProgram) ?? null;
}

/** Whether it can be run and is not this process's own, which may be called so too. */
function isOtherProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && realpathSync(path) !== process.execPath;
  } catch {
    return false;
  }
}

/** Electron alone can read what lies in its archive; what was left unpacked lies beside it. */
function unpackedFile(entry: string): string {
  const file = entry.replace(/\.asar([\\/])/, '.asar.unpacked$1');
  if (existsSync(file)) return file;
  throw new Error(
    `${file} is missing: leave kinetorch and @seydx out of bundles and archives ` +
      '(esbuild: external; Next.js: serverExternalPackages, outputFileTracingIncludes; Electron: asarUnpack)',
  );
}

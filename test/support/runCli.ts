import { type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');
/** Real video files, good and broken. */
export const clips = join(root, '..', 'shared', 'data', 'clips');

export interface CliResult {
  /** Of one that a signal ended, as shells have it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** `signal` is sent as soon as standard output holds this text. */
  interruptAfter?: string;
  /** Default SIGINT. */
  signal?: NodeJS.Signals;
  /** Reads standard output no further than this text, as `| head` does. */
  closeAfter?: string;
}

/** Runs the built command line as a user would, without whatever colours the test runner was told to use. */
export function kinetorch(args: string[], options: CliOptions = {}): Promise<CliResult> {
  return runNode([join(root, 'dist', 'cli', 'main.js'), ...args], options);
}

/** Runs Node.js to its end. */
export function runNode(
  args: string[],
  { cwd = root, env = {}, interruptAfter, signal = 'SIGINT', closeAfter }: CliOptions = {},
): Promise<CliResult> {
  const { NO_COLOR: _1, FORCE_COLOR: _2, KINETORCH_DEBUG: _3, ...inherited } = process.env;
  const options: SpawnOptions = { cwd, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, options);
    let [stdout, stderr, interrupted] = ['', '', false];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (closeAfter !== undefined && stdout.includes(closeAfter)) child.stdout?.destroy();
      if (interruptAfter === undefined || interrupted || !stdout.includes(interruptAfter)) return;
      interrupted = true;
      child.kill(signal);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, by) => {
      resolve({ code: by === null ? code : 128 + constants.signals[by], stdout, stderr });
    });
  });
}

/** The lines of NDJSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

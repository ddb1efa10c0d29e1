import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { inProject, root } from './project.mjs';
import { StepError } from './stepError.mjs';

const tailLines = 30;
const firstErrors = 10;
const lineEverySeconds = 20;

/** Announces a step. */
export function announce(text) {
  console.error(`▸ ${text}`);
}

/**
 * Runs a program as one step: its output goes to `build/logs/<name>.log`; on a terminal one line shows how far it is
 * and for how long, elsewhere a line appears now and then. Throws a {@link StepError} with the log's tail where it fails.
 *
 * @param progressOf gives a short text (such as `12/40`) for a line of output that tells progress, else undefined
 */
export async function runStep(
  name,
  command,
  args,
  { progressOf = () => undefined, env = process.env, append = false } = {},
) {
  const logFile = inProject('build', 'logs', `${name}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: append ? 'a' : 'w' });
  log.write(`$ ${[command, ...args].join(' ')}\n`);
  const errors = [];
  const tail = [];
  const status = startStatus();
  const { code, signal } = await new Promise((resolve, reject) => {
    // On Windows npm is a batch file, which only a shell starts.
    const shell = process.platform === 'win32' && /\.(cmd|bat)$/i.test(command);
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], shell });
    const read = (stream) => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        log.write(chunk);
        const lines = (rest + chunk).split(/\r?\n|\r/);
        rest = lines.pop();
        for (const line of lines) {
          tail.push(line);
          if (/\berror\b/i.test(line) && errors.length < firstErrors) errors.push(line);
          const progress = progressOf(line);
          if (progress !== undefined) status.update(progress);
        }
        tail.splice(0, Math.max(0, tail.length - tailLines));
      });
    };
    read(child.stdout);
    read(child.stderr);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => {
    status.end();
    log.end();
  });
  if (code === 0) return;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
  // The cause is often long before the end: npm prints its usage after it, a parallel build goes on for a while.
  const earlier = errors.filter((line) => !tail.includes(line));
  throw new StepError(
    [
      `✘ ${name} ${how}`,
      ...(earlier.length > 0 ? ['  first errors:', ...earlier.map((line) => `    ${line}`)] : []),
      '  the end of its log:',
      ...tail.map((line) => `    ${line}`),
      `  The whole log: ${logFile}`,
    ].join('\n'),
  );
}

/** A status line that is rewritten on a terminal, and written rarely elsewhere. */
function startStatus() {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const terminal = process.stderr.isTTY;
  let progress = '';
  let lastLine = 0;
  const show = () => {
    if (terminal) process.stderr.write(`\r\x1b[K  ${progress} · ${seconds()} s`);
    else if (seconds() - lastLine >= lineEverySeconds) {
      lastLine = seconds();
      console.error(`  ${progress} · ${lastLine} s`);
    }
  };
  const timer = setInterval(show, terminal ? 250 : 1000);
  return {
    update(text) {
      progress = text;
    },
    end() {
      clearInterval(timer);
      if (terminal) process.stderr.write('\r\x1b[K');
    },
  };
}

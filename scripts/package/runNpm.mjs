import { spawnSync } from 'node:child_process';
import { StepError } from '../setup/stepError.mjs';

const onWindows = process.platform === 'win32';

/** Runs npm in a folder and returns what it prints. Throws a StepError with its messages where it fails. */
export function runNpm(args, cwd, env = process.env) {
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26, shell: onWindows };
  const { status, stdout, stderr } = spawnSync(onWindows ? 'npm.cmd' : 'npm', args, options);
  if (status !== 0) throw new StepError(`✘ npm ${args.join(' ')} failed in ${cwd}:\n${stderr || stdout}`);
  return stdout;
}

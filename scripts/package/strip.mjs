import { spawnSync } from 'node:child_process';
import { StepError } from '../setup/stepError.mjs';
import { platform, platforms } from './platforms.mjs';

/** Takes from a library of ours, or one whose licence allows it, the symbols that only debuggers read. */
export function strip(file) {
  const { strip: command } = platforms[platform];
  if (command === null) return;
  const { status, stderr } = spawnSync(command[0], [...command.slice(1), file], { encoding: 'utf8' });
  if (status !== 0) throw new StepError(`✘ ${command.join(' ')} ${file} failed: ${stderr}`);
}

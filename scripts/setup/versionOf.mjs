import { spawnSync } from 'node:child_process';

/** A program's first version number, from its output; null where it cannot be run. */
export function versionOf(command, args = ['--version'], pattern = /(\d+)\.(\d+)(\.\d+)?/) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (pattern.exec(stdout)?.[0] ?? '0.0') : null;
}

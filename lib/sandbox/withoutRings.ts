/**
 * Imported before anything else by what a process runs that is to lock itself in: begins the process anew where its event
 * loop holds an io_uring, which it may then not use (Note [Rings] in native/sandbox/restart.h).
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { sandboxBinding } from '../native';

const descriptors = '/proc/self/fd';

const { bun, deno } = process.versions;

if (process.platform === 'linux' && bun === undefined && deno === undefined) {
  try {
    if (hasRing())
      sandboxBinding()?.restartWithoutRings(process.execPath, [...process.execArgv, ...process.argv.slice(1)]);
  } catch {
    // Without seccomp, /proc, or an addon, nothing will be locked in either, and whoever tries says why.
  }
}

function hasRing(): boolean {
  return readdirSync(descriptors).some((descriptor) => {
    try {
      return readlinkSync(`${descriptors}/${descriptor}`) === 'anon_inode:[io_uring]';
    } catch {
      // The one by which they are listed.
      return false;
    }
  });
}

import { closeSync, openSync } from 'node:fs';
import type { KinetorchError } from '../base/errors';
import { type SandboxBinding, sandboxBinding } from '../native';

/** What locks processes in and hands them files, or why there is nothing. */
export interface Sandbox {
  binding: SandboxBinding | null;
  problem: string;
}

let known: Sandbox | null = null;

/**
 * The same at every call. Throws the system's error where there are no file descriptors left to find out, and
 * `ERR_LIBTORCH_VERSION` where the addon is of an older build: what cannot lock itself in for that reason decodes nothing.
 */
export function findSandbox(): Sandbox {
  known ??= find();
  return known;
}

function find(): Sandbox {
  const { bun, deno } = process.versions;
  // Their pipes have no descriptors that could be told.
  if (bun !== undefined || deno !== undefined) return { binding: null, problem: 'it is so under Node.js alone' };
  try {
    const binding = sandboxBinding();
    return { binding, problem: binding === null ? `${process.platform} has no Landlock and no seccomp` : '' };
  } catch (error) {
    if ((error as KinetorchError).code === 'ERR_LIBTORCH_VERSION') throw error;
    // A want of file descriptors says nothing of the addon, and shall leave no decoder unlocked.
    closeSync(openSync(__filename, 'r'));
    return { binding: null, problem: (error as Error).message.split('\n', 1)[0] as string };
  }
}

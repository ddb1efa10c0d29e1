import { KinetorchError } from './errors';

/** What Deno says of a permission; `partial` where it is given for some paths or programs only. */
interface PermissionStatus {
  state: 'granted' | 'prompt' | 'denied';
  partial?: boolean;
}

interface DenoRuntime {
  permissions: { querySync(descriptor: { name: string }): PermissionStatus };
}

const needed = ['read', 'env', 'sys', 'ffi', 'run'];

/**
 * Under Deno, throws `ERR_UNSUPPORTED` where a permission is missing altogether. Asked before files are looked at: without
 * `sys`, Deno's own `stat` ends the process.
 */
export function requireDenoPermissions(): void {
  const { Deno } = globalThis as { Deno?: DenoRuntime };
  if (Deno === undefined) return;
  const missing = needed.filter((name) => {
    const { state, partial } = Deno.permissions.querySync({ name });
    return state !== 'granted' && partial !== true;
  });
  if (missing.length === 0) return;
  const flags = missing.map((name) => `--allow-${name}`).join(' ');
  throw new KinetorchError('ERR_UNSUPPORTED', `expected Deno's permissions but some are missing: add ${flags}, or -A`);
}

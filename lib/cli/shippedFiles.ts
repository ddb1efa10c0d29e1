import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KinetorchError } from '../base/errors';
import { packageRoot } from '../base/version';

/** The video that `kinetorch demo` classifies. */
export const sampleVideo = join(packageRoot, 'examples', 'media', 'camera-moves.mp4');

/** The command that brings back a file that belongs to the package. */
export function restoreCommand(path: string): string {
  const isCheckout = existsSync(join(packageRoot, '.git'));
  return isCheckout ? `git -C ${packageRoot} checkout -- ${path}` : 'npm install --force kinetorch';
}

/** Throws `ERR_FILE_NOT_FOUND` with the way out where a file of the package is missing. */
export function requireShipped(path: string, alternative: string): void {
  if (existsSync(path)) return;
  throw new KinetorchError(
    'ERR_FILE_NOT_FOUND',
    `expected ${path}, which comes with Kinetorch, but it is missing\n  get it back: ${restoreCommand(path)}${alternative}`,
  );
}

import { existsSync } from 'node:fs';
import { isForbidden } from './systemReason';

/** `existsSync`, for places that are merely looked at: where the runtime forbids even that, there is nothing. */
export function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

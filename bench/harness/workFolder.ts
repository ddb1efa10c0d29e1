import { mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Everything that a run writes, but for documents. Outside git. */
export const workFolder = join(resolve(__dirname, '..', '..'), 'build', 'bench');

/** Where a program's messages go. */
export function openLog(name: string): { path: string; descriptor: number } {
  const folder = join(workFolder, 'logs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replaceAll('/', '-')}.log`);
  return { path, descriptor: openSync(path, 'w') };
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Does `work` in an emptied folder where it was not finished before for the same `content`. */
export async function once(
  folder: string,
  content: string | Buffer,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const stamp = join(folder, 'kinetorch-bench-stamp');
  const hash = createHash('sha256').update(content).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.error(what);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await work();
  writeFileSync(stamp, hash);
}

import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMs = 5_000;
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock file, so that two installers do not fetch the same thing at once. A lock whose
 * process is gone, or which was not touched for a minute (another host's), is taken over. Two waiters that take over
 * at the same instant may both run: what they do must be, and is, safe then too (unique temporary folders and an
 * atomic rename); the lock only saves the double work.
 *
 * @param onWait called once, with the holder's process id, when another holds the lock
 */
export async function withLock<T>(path: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let waiting = false;
  while (!(await acquire(path))) {
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (!holder.alive) {
      await rm(path, { force: true });
      continue;
    }
    if (!waiting) onWait(holder.pid);
    waiting = true;
    await sleep(200);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

/** Whether a process of this host still runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null when the lock vanished meanwhile. A lock that cannot be read yet (just being written) counts by its age. */
async function readHolder(path: string): Promise<{ pid: number; alive: boolean } | null> {
  try {
    const fresh = Date.now() - (await stat(path)).mtimeMs < staleMs;
    const text = await readFile(path, 'utf8');
    const { pid, host } = text ? (JSON.parse(text) as { pid: number; host: string }) : { pid: 0, host: '' };
    return { pid, alive: fresh && (host !== hostname() || isProcessAlive(pid)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

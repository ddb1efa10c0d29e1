import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMs = 5_000;
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock file, so that two installers do not fetch the same thing at once. Two waiters that
 * take over a dead holder's lock at the same instant may both run: what they do must be, and is, safe then too (unique
 * temporary folders and an atomic rename); the lock only saves the double work.
 *
 * @param onWait called once, with the holder's process id, when another holds the lock
 */
export async function withLock<T>(path: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let waiting = false;
  for (;;) {
    const lock = await takeLock(path);
    if (!('holder' in lock)) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!waiting) onWait(lock.holder);
    waiting = true;
    await sleep(200);
  }
}

/** A lock that is held until it is given back. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Takes a lock file, or says which process holds it. A lock whose process is gone, or which was not touched for a
 * minute (another host's), is taken over.
 */
export async function takeLock(path: string): Promise<HeldLock | { holder: number }> {
  while (!(await acquire(path))) {
    const holder = await readHolder(path);
    if (holder?.alive) return { holder: holder.pid };
    if (holder) await rm(path, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      await rm(path, { force: true });
    },
  };
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

/** The lock appears with its content, by a link: a process that is killed here leaves no lock that nobody can read. */
async function acquire(path: string): Promise<boolean> {
  // A name of its own for each call: runs of one process, or of containers that share a folder, take locks at once.
  const own = `${path}.tmp-${randomUUID()}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Null when the lock vanished meanwhile. */
async function readHolder(path: string): Promise<{ pid: number; alive: boolean } | null> {
  try {
    const fresh = Date.now() - (await stat(path)).mtimeMs < staleMs;
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as { pid: number; host: string };
    return { pid, alive: fresh && (host !== hostname() || isProcessAlive(pid)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

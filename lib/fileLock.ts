import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMs = 5_000;
const staleMs = 60_000;

/** What a lock file says. */
interface LockContent {
  pid: number;
  host: string;
  /** Of this one taking of the lock. */
  id: string;
}

/** Locks that this process holds. */
const held = new Set<string>();

/**
 * Runs `work` while holding a lock file, so that two installers do not fetch the same thing at once.
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
 * Takes a lock file, or says which process holds it. Taken over is a lock whose process, on this host, is gone; one of
 * another host that was not touched for a minute; and one that a crash of the machine left without content.
 */
export async function takeLock(path: string): Promise<HeldLock | { holder: number }> {
  const own: LockContent = { pid: process.pid, host: hostname(), id: randomUUID() };
  while (!(await acquire(path, own))) {
    const text = await readLock(path);
    if (text === null) continue;
    const holder = parse(text);
    if (holder && (await isHeld(path, holder))) return { holder: holder.pid };
    await removeStale(path, text);
  }
  held.add(own.id);
  const isOwn = async () => parse((await readLock(path)) ?? '')?.id === own.id;
  const heartbeat = setInterval(async () => {
    const now = new Date();
    if (await isOwn().catch(() => false)) await utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      held.delete(own.id);
      if (await isOwn()) await rm(path, { force: true });
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
async function acquire(path: string, content: LockContent): Promise<boolean> {
  const own = `${path}.tmp-${content.id}`;
  try {
    const file = await open(own, 'wx');
    try {
      await file.writeFile(JSON.stringify(content));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** A process of this host that was stopped for an hour (SIGSTOP, a machine asleep) holds its lock all the same. */
async function isHeld(path: string, { pid, host, id }: LockContent): Promise<boolean> {
  if (host !== hostname()) return isFresh(path);
  // This process's own number: a worker thread's lock, or that of a container before this one.
  if (pid === process.pid) return held.has(id) || isFresh(path);
  return isProcessAlive(pid);
}

async function isFresh(path: string): Promise<boolean> {
  const found = await stat(path).catch(orNull);
  return found !== null && Date.now() - found.mtimeMs < staleMs;
}

/**
 * Takes the lock file away under a name of its own first: where another process was faster, and what lies there by now
 * is its lock, it is put back.
 */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.tmp-${randomUUID()}`;
  if ((await rename(path, aside).catch(orNull)) === null) return;
  try {
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
}

/** Null when there is none. */
async function readLock(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(orNull);
}

/** Null for what is no lock's content. */
function parse(text: string): LockContent | null {
  try {
    const { pid, host, id = '' } = JSON.parse(text) as LockContent;
    return Number.isInteger(pid) && typeof host === 'string' ? { pid, host, id } : null;
  } catch {
    return null;
  }
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

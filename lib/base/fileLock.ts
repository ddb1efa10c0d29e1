import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootId, isProcessAlive, processStart } from './processIdentity';

const heartbeatMs = 5_000;
const staleMs = 60_000;
/** How often, and how long, a lock without content is looked at again. */
const looks = 20;
const lookMs = 50;

/** What a lock file says. */
interface LockContent {
  pid: number;
  host: string;
  /** Of that host's boot, and the process's start: after either, `pid` may be another process. See `processIdentity`. */
  boot: string | null;
  start: string | null;
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
 * another host, or of this one before it started anew, that was not touched for a minute; and one that a crash left
 * without its content.
 */
export async function takeLock(path: string): Promise<HeldLock | { holder: number }> {
  const { pid } = process;
  const own: LockContent = {
    pid,
    host: hostname(),
    boot: await bootId(),
    start: await processStart(pid),
    id: randomUUID(),
  };
  for (;;) {
    await createLock(path, own);
    const text = await readLock(path);
    if (text === null) continue;
    const holder = parse(text);
    if (holder?.id === own.id) break;
    if (holder && (await isHeld(path, holder, own))) return { holder: holder.pid };
    await removeStale(path, text);
  }
  held.add(own.id);
  const isOwn = async () => parse((await textOf(path)) ?? '')?.id === own.id;
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

/** Leaves a lock that is there as it is. Whose it then is, its content says. */
async function createLock(path: string, content: LockContent): Promise<void> {
  // Not a link to a file that is whole already: some file systems have no links.
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  try {
    await file?.writeFile(JSON.stringify(content));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
}

/** A process of this host that was stopped for an hour (SIGSTOP, a machine asleep) holds its lock all the same. */
async function isHeld(path: string, lock: LockContent, own: LockContent): Promise<boolean> {
  if (held.has(lock.id)) return true;
  if (lock.host !== own.host || lock.boot !== own.boot) return isFresh(path);
  // A worker thread's lock, which outlives a thread that was terminated.
  if (lock.pid === own.pid && lock.start === own.start) return isFresh(path);
  const start = await processStart(lock.pid);
  return isProcessAlive(lock.pid) && (start === null || start === lock.start);
}

async function isFresh(path: string, forMs = staleMs): Promise<boolean> {
  const found = await stat(path).catch(orNull);
  return found !== null && Date.now() - found.mtimeMs < forMs;
}

/**
 * Removes the lock file while it still says `text`. One process at a time, or of two that found the same lock stale the
 * slower would remove the one that the faster has made since.
 */
async function removeStale(path: string, text: string): Promise<void> {
  const turn = `${path}.stale`;
  try {
    await mkdir(turn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A turn takes a moment, unless its process was killed meanwhile.
    if (await isFresh(turn, heartbeatMs)) await sleep(lookMs);
    else await rmdir(turn).catch(orNull);
    return;
  }
  try {
    if ((await textOf(path)) === text) await rm(path, { force: true });
  } finally {
    await rmdir(turn).catch(orNull);
  }
}

/** Null when there is none. What is no lock is given only once it has had the time to become one. */
async function readLock(path: string): Promise<string | null> {
  for (let look = 1; ; look++) {
    const text = await textOf(path);
    if (text === null || parse(text) !== null || look === looks) return text;
    await sleep(lookMs);
  }
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(orNull);
}

/** Null for what is no lock's content. */
function parse(text: string): LockContent | null {
  try {
    const lock = JSON.parse(text) as LockContent;
    return Number.isInteger(lock.pid) && typeof lock.host === 'string' ? lock : null;
  } catch {
    return null;
  }
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

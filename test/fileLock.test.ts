import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeldLock, takeLock } from '../lib/fileLock';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-lock-'));
  path = join(folder, 'run.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const isHeld = (lock: HeldLock | { holder: number }): lock is HeldLock => !('holder' in lock);

/** A lock as another process would have left it, last touched two minutes ago. */
async function leave(content: string | object): Promise<void> {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const old = new Date(Date.now() - 120_000);
  await utimes(path, old, old);
}

async function takeAndRelease(): Promise<void> {
  const lock = await takeLock(path);
  if (!isHeld(lock)) throw new Error(`held by ${lock.holder}`);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
}

test('one holds it, others hear who, and it can be taken again', async () => {
  const lock = await takeLock(path);
  expect(await takeLock(path)).toEqual({ holder: process.pid });
  await (lock as HeldLock).release();
  await takeAndRelease();
});

test("a process of this host holds its lock however long it was stopped; once it is gone, it doesn't", async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    await leave({ pid: child.pid, host: hostname(), id: 'a' });
    expect(await takeLock(path)).toEqual({ holder: child.pid });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await takeAndRelease();
});

test.each([
  ['of another host', { pid: 1, host: 'elsewhere', id: 'a' }],
  ['of a process of this number, before this one', { pid: process.pid, host: hostname(), id: 'a' }],
  ['that a crash left empty', ''],
  ['that a crash left full of zeros', '\0'.repeat(64)],
])('an old lock %s is taken over', async (_, content) => {
  await leave(content);
  await takeAndRelease();
});

test('of many that find a dead lock at once, one takes it', async () => {
  for (let round = 0; round < 20; round++) {
    await leave({ pid: 2 ** 22 + 1, host: hostname(), id: 'a' });
    const locks = await Promise.all(Array.from({ length: 8 }, () => takeLock(path)));
    expect(locks.filter(isHeld)).toHaveLength(1);
    await locks.find(isHeld)?.release();
    expect(await readdir(folder)).toEqual([]);
  }
});

test('a lock that another took over meanwhile is not given back for it', async () => {
  const lock = (await takeLock(path)) as HeldLock;
  await leave({ pid: 1, host: 'elsewhere', id: 'b' });
  await lock.release();
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ id: 'b' });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type HeldLock, takeLock } from '../../lib/base/fileLock';

// As on a file system without links.
jest.mock('node:fs/promises', () => ({
  ...jest.requireActual('node:fs/promises'),
  link: async () => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
  },
}));

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
  await age();
}

/** As if nothing had touched the lock for two minutes. */
async function age(file = path): Promise<void> {
  const old = new Date(Date.now() - 120_000);
  await utimes(file, old, old);
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

/** A process that holds the lock, and gives its own number once it does. */
async function holdElsewhere(): Promise<ChildProcess> {
  const program = `require(${JSON.stringify(join(__dirname, '..', '..', 'dist', 'base', 'fileLock.js'))})
    .takeLock(${JSON.stringify(path)}).then(() => process.stdout.write('held'));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout as Readable, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test("a process of this host holds its lock however long it was stopped; once it is gone, it doesn't", async () => {
  const child = await holdElsewhere();
  try {
    child.kill('SIGSTOP');
    await age();
    expect(await takeLock(path)).toEqual({ holder: child.pid });
  } finally {
    await end(child);
  }
  await takeAndRelease();
});

test('a process that has the number of one that is gone does not hold its lock', async () => {
  const child = await holdElsewhere();
  const lock = JSON.parse(await readFile(path, 'utf8'));
  try {
    await writeFile(path, JSON.stringify({ ...lock, start: '1' }));
    await takeAndRelease();
    await writeFile(path, JSON.stringify({ ...lock, pid: process.pid }));
    await takeAndRelease();
  } finally {
    await end(child);
  }
});

test('a lock from before the machine started anew is taken over once it was not touched for a minute', async () => {
  const child = await holdElsewhere();
  try {
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), boot: 'another' }));
    expect(await takeLock(path)).toEqual({ holder: child.pid });
    await age();
    await takeAndRelease();
  } finally {
    await end(child);
  }
});

test('a lock that is just being written is waited for', async () => {
  await writeFile(path, '');
  const content = { pid: 1, host: 'elsewhere', boot: null, start: null, id: 'a' };
  setTimeout(() => void writeFile(path, JSON.stringify(content)), 200);
  expect(await takeLock(path)).toEqual({ holder: 1 });
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

test('a process that was killed while it removed a dead lock is not waited for', async () => {
  await mkdir(`${path}.stale`);
  await age(`${path}.stale`);
  await leave({ pid: 1, host: 'elsewhere', id: 'a' });
  await takeAndRelease();
});

test('a lock that another took over meanwhile is not given back for it', async () => {
  const lock = (await takeLock(path)) as HeldLock;
  await leave({ pid: 1, host: 'elsewhere', id: 'b' });
  await lock.release();
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ id: 'b' });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Semaphore } from '../../lib/base/semaphore';

/** Work that runs until it is told to end. */
function held(semaphore: Semaphore, signal?: AbortSignal) {
  const work = { began: false, end: () => {} };
  const done = semaphore.run(signal, async () => {
    work.began = true;
    await new Promise<void>((resolve) => {
      work.end = resolve;
    });
  });
  return { work, done };
}

test('runs so many at once and the others in their order; one that is aborted leaves the line', async () => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const first = held(semaphore);
  const second = held(semaphore, controller.signal);
  const third = held(semaphore);
  expect([first, second, third].map(({ work }) => work.began)).toEqual([true, false, false]);
  controller.abort();
  await expect(second.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  first.work.end();
  await first.done;
  await nextTurn();
  expect(third.work.began).toBe(true);
  third.work.end();
  await third.done;
  await expect(semaphore.run(undefined, async () => 'free again')).resolves.toBe('free again');
});

test('gives its place back where the work fails', async () => {
  const semaphore = new Semaphore(1);
  const fail = async () => {
    throw new Error('failed');
  };
  await expect(semaphore.run(undefined, fail)).rejects.toThrow('failed');
  await expect(semaphore.run(undefined, async () => 'next')).resolves.toBe('next');
});

test('a place is given back once, however often that is asked', async () => {
  const semaphore = new Semaphore(1);
  const leave = await semaphore.acquire(undefined);
  const came: string[] = [];
  const others = ['second', 'third'].map(async (name) => {
    const place = await semaphore.acquire(undefined);
    came.push(name);
    return place;
  });
  expect(semaphore.waiting).toBe(2);
  leave();
  leave();
  await nextTurn();
  expect(came).toEqual(['second']);
  (await others[0])?.();
  (await others[1])?.();
  expect(semaphore.waiting).toBe(0);
});

test('a lower rank comes first, and among equals who came first', async () => {
  const semaphore = new Semaphore(1);
  let leave = await semaphore.acquire(undefined);
  const came: string[] = [];
  const waiting = ['b2', 'c3', 'd2', 'a1', 'e3'].map(async (name) => {
    const place = await semaphore.acquire(undefined, Number(name[1]));
    came.push(name);
    leave = place;
  });
  for (let i = 0; i < waiting.length; i++) {
    leave();
    await nextTurn();
  }
  expect(came).toEqual(['a1', 'b2', 'd2', 'c3', 'e3']);
});

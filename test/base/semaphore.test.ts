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

import { AsyncQueue } from '../../lib/base/asyncQueue';

test('a reader waits for items, gets what is left at the end, and then the reason', async () => {
  const queue = new AsyncQueue<number>();
  const read: number[] = [];
  const reading = (async () => {
    for await (const item of queue) read.push(item);
  })();
  queue.push(1);
  await new Promise(setImmediate);
  expect(read).toEqual([1]);
  queue.push(2);
  queue.clear();
  queue.push(3);
  queue.push(4);
  expect([queue.first, queue.length]).toEqual([3, 2]);
  queue.end(new Error('first reason'));
  queue.end(new Error('second reason'));
  await expect(reading).rejects.toThrow('first reason');
  expect(read).toEqual([1, 3, 4]);
});

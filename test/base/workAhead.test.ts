import { setTimeout as delay } from 'node:timers/promises';
import { workAhead } from '../../lib/base/workAhead';

async function* numbers(count: number, taken: number[] = []) {
  for (let i = 0; i < count; i++) {
    taken.push(i);
    yield i;
  }
}

test('gives results in the order of the items, working on a few at once', async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await delay(item % 3 === 0 ? 12 : 3);
    running--;
    return item * 10;
  };
  const results: number[] = [];
  for await (const result of workAhead(numbers(10), work, () => 3)) results.push(result);
  expect(results).toEqual(Array.from({ length: 10 }, (_, i) => i * 10));
  expect(most).toBe(3);
});

test('gives a result while the next item is still to come', async () => {
  let release = () => {};
  const source = (async function* () {
    yield 1;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield 2;
  })();
  const results = workAhead(
    source,
    async (item) => item,
    () => 4,
  );
  expect((await results.next()).value).toBe(1);
  release();
  expect((await results.next()).value).toBe(2);
  expect((await results.next()).done).toBe(true);
});

test('does not run ahead of a consumer that rests, and stops the source when it leaves', async () => {
  const taken: number[] = [];
  const source = numbers(100, taken);
  const results = workAhead(
    source,
    async (item) => item,
    () => 3,
  );
  await results.next();
  await delay(10);
  expect(taken.length).toBeLessThanOrEqual(4);
  await results.return();
  expect((await source.next()).done).toBe(true);
});

test('a failure is met in order, after what went before it', async () => {
  const seen: number[] = [];
  const work = async (item: number) => {
    if (item === 2) throw new Error('third');
    await delay(5);
    return item;
  };
  const all = async (items: AsyncIterable<number>) => {
    for await (const result of workAhead(items, work, () => 4)) seen.push(result);
  };
  await expect(all(numbers(9))).rejects.toThrow('third');
  expect(seen).toEqual([0, 1]);
  const broken = (async function* () {
    yield 0;
    throw new Error('source');
  })();
  await expect(all(broken)).rejects.toThrow('source');
  expect(seen).toEqual([0, 1, 0]);
});

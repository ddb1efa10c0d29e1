import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadAhead } from '../../lib/base/loadAhead';

const numbers = Array.from({ length: 20 }, (_, index) => index);

test('gives items in order, whichever is ready first', async () => {
  const load = async (item: number) => {
    await sleep((item * 7) % 5);
    return item * 10;
  };
  const values: (number | undefined)[] = [];
  for await (const { value } of loadAhead(numbers, load, { ahead: 6, concurrency: 3 })) values.push(value);
  expect(values).toEqual(numbers.map((item) => item * 10));
});

test('stays within its bounds and loads on while the consumer is busy', async () => {
  let running = 0;
  let most = 0;
  let started = 0;
  const load = async () => {
    started++;
    most = Math.max(most, ++running);
    await sleep(1);
    running--;
  };
  let taken = 0;
  for await (const _ of loadAhead(numbers, load, { ahead: 6, concurrency: 3 })) {
    taken++;
    if (taken === 1) {
      await sleep(30);
      expect(started).toBe(6);
    }
    expect(started).toBeLessThanOrEqual(taken + 6);
  }
  expect(most).toBe(3);
  expect(taken).toBe(20);
});

test('a failed item is told and does not stop the others', async () => {
  const load = async (item: number) => {
    if (item === 2) throw new Error('broken');
    return item;
  };
  const failed: unknown[] = [];
  let good = 0;
  for await (const { item, error } of loadAhead(numbers, load, { ahead: 4, concurrency: 2 })) {
    if (error) failed.push([item, (error as Error).message]);
    else good++;
  }
  expect(failed).toEqual([[2, 'broken']]);
  expect(good).toBe(19);
});

test('ending the loop early starts nothing more', async () => {
  let started = 0;
  const load = async () => {
    started++;
    await sleep(2);
  };
  for await (const _ of loadAhead(numbers, load, { ahead: 10, concurrency: 2 })) break;
  const atBreak = started;
  await sleep(30);
  expect(started).toBe(atBreak);
});

test('ending the loop early or an abort ends what is being loaded', async () => {
  const controller = new AbortController();
  const ended: string[] = [];
  const load = async (item: number, signal: AbortSignal) => {
    if (item > 0) await sleep(10_000, undefined, { signal }).catch(({ name }) => void ended.push(`${item} ${name}`));
  };
  for await (const _ of loadAhead(numbers, load, { ahead: 4, concurrency: 3 })) break;
  await sleep(0);
  expect(ended).toEqual(['1 AbortError', '2 AbortError', '3 AbortError']);

  const iterate = async () => {
    for await (const { item } of loadAhead([0, 7], load, { ahead: 2, concurrency: 2, signal: controller.signal })) {
      if (item === 0) setTimeout(() => controller.abort(), 5);
    }
  };
  await expect(iterate()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await sleep(0);
  expect(ended.at(-1)).toBe('7 AbortError');
});

test('an item that an abort ended is not given as a failed one', async () => {
  const controller = new AbortController();
  const load = async () => {
    controller.abort();
    throw new Error('ended');
  };
  const given: unknown[] = [];
  const iterate = async () => {
    const options = { ahead: 1, concurrency: 1, signal: controller.signal };
    for await (const one of loadAhead(numbers, load, options)) given.push(one);
  };
  await expect(iterate()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  expect(given).toEqual([]);
});

test('a place goes to the item that waits for it, at whatever moment another one comes', async () => {
  for (let ticks = 0; ticks < 20; ticks++) {
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const load = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
    };
    const items = loadAhead(numbers, load, { ahead: 3, concurrency: 1 });
    const first = items.next();
    await sleep(0);
    ends.shift()?.();
    await first;
    // Now the second is being loaded and the third waits; the fourth comes some microtasks after the second has ended.
    ends.shift()?.();
    for (let tick = 0; tick < ticks; tick++) await null;
    await items.next();
    await sleep(0);
    expect({ ticks, most }).toEqual({ ticks, most: 1 });
    await items.return();
  }
});

test('an abort ends the waiting for an item that never comes', async () => {
  const controller = new AbortController();
  const iterate = async () => {
    const never = () => new Promise<void>(() => {});
    for await (const _ of loadAhead([1], never, { ahead: 1, concurrency: 1, signal: controller.signal }));
  };
  setTimeout(() => controller.abort(), 10);
  await expect(iterate()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await expect(iterate()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
});

test('items are not held once the consumer has taken them', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const load = async () => ({ clip: new Uint8Array(1000) });
  const taken: WeakRef<object>[] = [];
  const { signal } = new AbortController();
  const consume = async () => {
    for await (const { value } of loadAhead(numbers, load, { ahead: 4, concurrency: 2, signal })) {
      taken.push(new WeakRef(value as object));
      if (taken.length < numbers.length) continue;
      await sleep(10);
      collectGarbage();
      return taken.filter((reference) => reference.deref() !== undefined).length;
    }
    return taken.length;
  };
  expect(await consume()).toBeLessThan(5);
});

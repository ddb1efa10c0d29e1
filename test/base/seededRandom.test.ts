import { randomBelow, seededRandom, shuffled } from '../../lib/base/seededRandom';

const take = (random: () => number, count: number) => Array.from({ length: count }, random);

test('the same keys give the same numbers, any other key gives others', () => {
  const numbers = take(seededRandom(1, 2, 3), 5);
  expect(take(seededRandom(1, 2, 3), 5)).toEqual(numbers);
  for (const keys of [
    [1, 2],
    [3, 2, 1],
    [1, 2, 4],
    [1, 3, 2],
    [2 ** 40 + 1, 2, 3],
  ]) {
    expect(take(seededRandom(...keys), 5)).not.toEqual(numbers);
  }
});

test('numbers are uniform, also across neighbouring keys', () => {
  const within = take(seededRandom(7), 20_000);
  const across = Array.from({ length: 20_000 }, (_, key) => seededRandom(7, key)());
  for (const numbers of [within, across]) {
    const bins = new Array(10).fill(0);
    for (const number of numbers) bins[Math.floor(number * 10)]++;
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(200);
  }
});

test('randomBelow stays in range', () => {
  const random = seededRandom(1);
  const seen = new Set(Array.from({ length: 200 }, () => randomBelow(random, 3)));
  expect([...seen].sort()).toEqual([0, 1, 2]);
});

test('shuffled keeps every item, leaves its argument alone, and reaches every order', () => {
  const items = [1, 2, 3];
  const orders = new Set<string>();
  for (let key = 0; key < 200; key++) {
    const result = shuffled(items, seededRandom(key));
    expect([...result].sort()).toEqual([1, 2, 3]);
    orders.add(result.join());
  }
  expect(orders.size).toBe(6);
  expect(items).toEqual([1, 2, 3]);
});

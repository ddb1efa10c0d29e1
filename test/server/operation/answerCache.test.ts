import type { VideoModel } from '../../../lib/model/videoModel';
import { AnswerCache } from '../../../lib/server/models/answerCache';

const [one, another] = [{}, {}] as VideoModel[];

it('tells questions apart by their model and each of their parts', async () => {
  const cache = new AnswerCache(1000);
  const large = new Uint8Array(100_000);
  const other = large.slice().fill(1, 99_999);
  const keys = await Promise.all([
    cache.keyOf(one as VideoModel, ['ab', 'c']),
    cache.keyOf(one as VideoModel, ['a', 'bc']),
    cache.keyOf(one as VideoModel, ['abc']),
    cache.keyOf(another as VideoModel, ['ab', 'c']),
    cache.keyOf(one as VideoModel, [large]),
    cache.keyOf(one as VideoModel, [other]),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(await cache.keyOf(one as VideoModel, [Buffer.from('ab'), 'c'])).toBe(keys[0]);
});

it('keeps those that were asked for last, within its bytes', () => {
  const cache = new AnswerCache(1000);
  cache.set('a', 'A', 100);
  cache.set('b', 'B', 100);
  cache.set('c', 'C', 100);
  expect(cache.get('a')).toBe('A');
  cache.set('d', 'D', 100);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['A', undefined, 'C', 'D']);
  expect(cache.bytes).toBeLessThanOrEqual(1000);
  cache.set('c', 'C2', 150);
  expect([cache.get('c'), cache.count, cache.bytes]).toEqual(['C2', 3, 950]);
  cache.set('large', 'L', 5000);
  expect([cache.get('large'), cache.count]).toEqual([undefined, 3]);
});

it('keeps nothing where it has no bytes', () => {
  const cache = new AnswerCache(0);
  cache.set('a', 'A', 1);
  expect([cache.isOn, cache.get('a'), cache.bytes]).toEqual([false, undefined, 0]);
});

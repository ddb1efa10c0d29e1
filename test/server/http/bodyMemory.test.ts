import { BodyMemory } from '../../../lib/server/http/bodyMemory';

const kib = 1024;

test('memory that came back is used for a body that nearly fills it, and for no other', () => {
  const memory = new BodyMemory(1024 * kib);
  const first = memory.take(100 * kib);
  expect(first.length).toBe(100 * kib);
  memory.give(first);
  expect(memory.take(70 * kib).buffer).not.toBe(first.buffer);
  expect(memory.take(101 * kib).buffer).not.toBe(first.buffer);
  const second = memory.take(90 * kib);
  expect(second.buffer).toBe(first.buffer);
  expect(second.length).toBe(90 * kib);
  // It is taken: the next has memory of its own.
  expect(memory.take(90 * kib).buffer).not.toBe(first.buffer);
});

test('no more is kept than was said, nothing small, and nothing for long', () => {
  jest.useFakeTimers();
  try {
    const memory = new BodyMemory(250 * kib);
    const taken = [1, 2, 3].map(() => memory.take(100 * kib));
    for (const bytes of taken) memory.give(bytes);
    const again = [1, 2, 3].map(() => memory.take(100 * kib).buffer);
    const known = taken.map(({ buffer }) => buffer);
    expect(again.filter((buffer) => known.includes(buffer))).toHaveLength(2);
    const small = memory.take(kib);
    memory.give(small);
    expect(memory.take(kib).buffer).not.toBe(small.buffer);
    memory.give(taken[0] as Uint8Array<ArrayBuffer>);
    jest.advanceTimersByTime(10_000);
    expect(memory.take(100 * kib).buffer).not.toBe(known[0]);
  } finally {
    jest.useRealTimers();
  }
});

test('memory that was not taken, as that which Node.js cuts small bodies from, is not kept, nor any twice', () => {
  const memory = new BodyMemory(1024 * kib);
  const shared = Buffer.allocUnsafeSlow(100 * kib).subarray(0, 20) as Buffer<ArrayBuffer>;
  memory.give(shared);
  expect(memory.take(100 * kib).buffer).not.toBe(shared.buffer);
  const taken = memory.take(80 * kib);
  memory.give(taken);
  memory.give(taken);
  expect(memory.take(80 * kib).buffer).toBe(taken.buffer);
  expect(memory.take(80 * kib).buffer).not.toBe(taken.buffer);
});

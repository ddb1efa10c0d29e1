import type { Random } from './random';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    return replaced(bytes, at, Buffer.from([(bytes[at] as number) ^ (1 << random.below(8))]), 1);
  },
  function overwrite(bytes, random) {
    const filling = random.pick([random.bytes(8), Buffer.alloc(8), Buffer.alloc(8, 0xff)]);
    return replaced(bytes, random.below(bytes.length), filling.subarray(0, 1 + random.below(8)));
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function leaveOut(bytes, random) {
    return replaced(bytes, random.below(bytes.length), Buffer.alloc(0), 1 + random.below(64));
  },
  function insert(bytes, random) {
    return replaced(bytes, random.below(bytes.length), random.bytes(1 + random.below(64)), 0);
  },
  function repeat(bytes, random) {
    const at = random.below(bytes.length);
    return replaced(bytes, at, bytes.subarray(at, at + 1 + random.below(256)), 0);
  },
  function splice(bytes, random) {
    const from = random.below(bytes.length);
    return replaced(bytes, random.below(bytes.length), bytes.subarray(from, from + 1 + random.below(256)));
  },
];

/** Bytes with one to three faults. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let faults = 1 + random.below(3); faults > 0 && mutated.length > 0; faults--) {
    mutated = random.pick(mutations)(mutated, random);
  }
  return mutated;
}

function replaced(bytes: Buffer, at: number, by: Buffer, length = by.length): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)]);
}

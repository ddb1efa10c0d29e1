/**
 * Uniform numbers in [0, 1) that follow from `keys` alone, for example the run's seed, the epoch and the sample:
 * every sample can have its own sequence, whatever the order in which samples are loaded. Not for cryptography.
 */
export function seededRandom(...keys: number[]): () => number {
  // sfc32, a small generator that passes PractRand, with the keys mixed into its three words.
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (const key of keys) {
    a ^= key | 0;
    b ^= Math.floor(key / 2 ** 32) | 0;
    for (let round = 0; round < 12; round++) next();
  }
  return () => next() / 2 ** 32;
}

/** A whole number from 0 to `bound - 1`. */
export function randomBelow(random: () => number, bound: number): number {
  return Math.floor(random() * bound);
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomBelow(random, last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

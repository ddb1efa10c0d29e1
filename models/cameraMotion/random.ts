import { randomBelow } from '../../lib/base/seededRandom';

/** Uniform numbers in [0, 1). */
export type Random = () => number;

export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Equally likely in every octave between `low` and `high`, both above 0. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random();
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[randomBelow(random, items.length)] as T;
}

/** -1 or 1. */
export function sign(random: Random): 1 | -1 {
  return random() < 0.5 ? -1 : 1;
}

/** Standard normal, by Box and Muller. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

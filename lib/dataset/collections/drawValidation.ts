import { groupBy } from '../../base/groupBy';
import { seededRandom, shuffled } from '../../base/seededRandom';
import type { VideoSample } from '../types';

const groupDraws = 16;

/**
 * Draws about `share` of the samples: whole groups where any are known (a sample without one is its own), as evenly over
 * the classes as groups allow; else that share of every class. No class is emptied, and one of two samples or more
 * gives at least one where groups allow.
 */
export function drawValidation(
  samples: readonly VideoSample[],
  classes: number,
  share: number,
  seed: number,
): VideoSample[] {
  if (share === 0) return [];
  if (samples.some((sample) => sample.group !== null)) return drawGroups(samples, classes, share, seed);
  return Array.from({ length: classes }, (_, label) => {
    const ofClass = samples.filter((sample) => sample.labels[0] === label);
    return shuffled(ofClass, seededRandom(seed, label)).slice(0, wanted(ofClass.length, share));
  }).flat();
}

function wanted(count: number, share: number): number {
  return count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)));
}

/** The best of several random orders: where groups differ much in size, one order may miss by far. */
function drawGroups(samples: readonly VideoSample[], classes: number, share: number, seed: number): VideoSample[] {
  const groups = [...groupBy(samples, (sample) => sample.group ?? sample).values()];
  const total = countsOf(samples, classes);
  const target = total.map((count) => wanted(count, share));
  const draws = Array.from({ length: groupDraws }, (_, draw) => {
    const taken = takeGroups(shuffled(groups, seededRandom(seed, draw)), total, target);
    return { taken, miss: missOf(countsOf(taken, classes), target) };
  });
  return draws.reduce((best, draw) => (draw.miss < best.miss ? draw : best)).taken;
}

/**
 * Goes through the groups and takes each that brings the counts of the classes nearer to what is wanted, by squared
 * relative distance. Where none does, because all are too large, takes the one that misses by least.
 */
function takeGroups(
  groups: readonly VideoSample[][],
  total: readonly number[],
  target: readonly number[],
): VideoSample[] {
  const taken: VideoSample[] = [];
  let counts = target.map(() => 0);
  let leastBad: { group: VideoSample[]; miss: number } | null = null;
  for (const group of groups) {
    const added = countsOf(group, total.length).map((count, label) => count + (counts[label] as number));
    if (added.some((count, label) => count > 0 && count === total[label])) continue;
    const miss = missOf(added, target);
    if (miss < missOf(counts, target)) {
      taken.push(...group);
      counts = added;
    } else if (leastBad === null || miss < leastBad.miss) {
      leastBad = { group, miss };
    }
  }
  return taken.length > 0 ? taken : (leastBad?.group ?? []);
}

function countsOf(samples: readonly VideoSample[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of samples.flatMap((sample) => sample.labels)) counts[label] = (counts[label] as number) + 1;
  return counts;
}

function missOf(counts: readonly number[], target: readonly number[]): number {
  return counts.reduce((sum, count, label) => {
    const goal = target[label] as number;
    return sum + ((count - goal) / Math.max(1, goal)) ** 2;
  }, 0);
}

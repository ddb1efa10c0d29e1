import type { RecipeData, Trial } from './types';

/** Standard error of a share that was counted over `clips`. */
export const standardErrorOf = (share: number, clips: number) => Math.sqrt((share * (1 - share)) / clips);

/** The trial of most validation clips right; of equals the first. */
export const bestOf = <T extends Pick<Trial, 'accuracy'>>(trials: readonly T[]): T =>
  trials.reduce((best, trial) => (trial.accuracy > best.accuracy ? trial : best));

/** The first, so the cheapest, that is within one standard error of the best (Breiman et al. 1984). */
export function cheapestOfBest<T extends Pick<Trial, 'accuracy' | 'standardError'>>(trials: readonly T[]): T {
  const best = bestOf(trials);
  return trials.find(({ accuracy }) => accuracy >= best.accuracy - best.standardError) as T;
}

/** Whether an accuracy could as well be that of whoever always says the most frequent class: within two standard errors. */
export const isNearChance = ({ accuracy, clips }: Pick<Trial, 'accuracy' | 'clips'>, { chance }: RecipeData) =>
  accuracy < chance + 2 * standardErrorOf(chance, clips);

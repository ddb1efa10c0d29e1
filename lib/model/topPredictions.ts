import type { Prediction } from './types';

/** The `topK` most probable classes, best first; of equals the lower index comes first. */
export function topPredictions(probabilities: Float32Array, labels: readonly string[], topK: number): Prediction[] {
  const scoreOf = (index: number) => probabilities[index] as number;
  // Numbers are sorted, by whole numbers, and objects made of those that are wanted alone: a server would have garbage of
  // hundreds for each answer.
  const order = new Uint32Array(probabilities.length).map((_, index) => index);
  const best = order
    .sort((a, b) => Number(scoreOf(a) < scoreOf(b)) - Number(scoreOf(a) > scoreOf(b)))
    .subarray(0, topK);
  return Array.from(best, (index) => ({ label: labels[index] ?? `class ${index}`, index, score: scoreOf(index) }));
}

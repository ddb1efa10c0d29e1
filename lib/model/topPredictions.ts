import type { Prediction } from './types';

/** The `topK` most probable classes, best first; of equals the lower index comes first. */
export function topPredictions(probabilities: Float32Array, labels: readonly string[], topK: number): Prediction[] {
  return Array.from(probabilities, (score, index) => ({ label: labels[index] ?? `class ${index}`, index, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}

import type { Combine } from './options';

/** How the scores of models become one. */
export interface Combination {
  /** Of each model; their sum is 1. */
  weights: readonly number[];
  combine: Combine;
  /** Each class has a sigmoid of its own. */
  isMultiLabel: boolean;
}

/**
 * One vector of probabilities from those of several models, all in the same order of classes. In double precision, so that
 * equal vectors give themselves, to the bit, whatever their weights.
 *
 * - `probability`: Σ wᵢ pᵢ
 * - `geometric`: Π pᵢ^wᵢ, of classes that exclude each other scaled to the sum that the models' own have
 * - `logit`: of sigmoids σ(Σ wᵢ logit pᵢ); of a softmax softmax(Σ wᵢ zᵢ), which is the geometric mean
 */
export function combineScores(
  vectors: readonly Float32Array[],
  { weights, combine, isMultiLabel }: Combination,
): Float32Array {
  const classes = vectors[0]?.length ?? 0;
  const over = <T>(value: (of: (score: (p: number) => number) => number) => T): T[] =>
    Array.from({ length: classes }, (_, index) =>
      value((score) => weightedSum(vectors, weights, (vector) => score(vector[index] ?? 0))),
    );
  if (combine === 'probability') return Float32Array.from(over((sum) => sum((p) => p)));
  const products = over((sum) => Math.exp(sum(Math.log)));
  if (isMultiLabel && combine === 'geometric') return Float32Array.from(products);
  if (isMultiLabel) {
    const opposites = over((sum) => Math.exp(sum((p) => Math.log1p(-p))));
    // Certain for one and ruled out by another: nothing is known.
    return Float32Array.from(products, (a, index) =>
      a + (opposites[index] ?? 0) === 0 ? 0.5 : a / (a + (opposites[index] ?? 0)),
    );
  }
  const total = products.reduce((sum, product) => sum + product, 0);
  // Every class was ruled out by some model.
  if (total === 0) return new Float32Array(classes).fill(1 / classes);
  // A softmax in float32 sums to 1 up to rounding only.
  const own = weightedSum(vectors, weights, (vector) => vector.reduce((sum, p) => sum + p, 0));
  return Float32Array.from(products, (product) => (product / total) * own);
}

/** Without models of no weight: 0 times an infinite logarithm is no number. */
function weightedSum(
  vectors: readonly Float32Array[],
  weights: readonly number[],
  termOf: (vector: Float32Array) => number,
): number {
  return vectors.reduce((sum, vector, model) => {
    const weight = weights[model] ?? 0;
    return weight === 0 ? sum : sum + weight * termOf(vector);
  }, 0);
}

import { combineScores } from '../../../lib/model/ensemble/combineScores';
import type { Combine } from '../../../lib/model/ensemble/options';

const softmax = (logits: number[]) => {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return Float32Array.from(powers, (power) => power / sum);
};
const a = softmax([2, 0, -1]);
const b = softmax([0, 1, 3]);
const rounded = (vector: Float32Array) => Array.from(vector, (value) => Number(value.toFixed(6)));
const combined = (combine: Combine, weights: number[], isMultiLabel = false) =>
  rounded(combineScores([a, b], { weights, combine, isMultiLabel }));

test('two models of three classes', () => {
  expect(rounded(a)).toEqual([0.843795, 0.114195, 0.04201]);
  expect(rounded(b)).toEqual([0.04201, 0.114195, 0.843795]);
  expect(combined('probability', [0.5, 0.5])).toEqual([0.442902, 0.114195, 0.442902]);
  expect(combined('probability', [2 / 3, 1 / 3])).toEqual([0.576533, 0.114195, 0.309272]);
  expect(combined('probability', [0.4, 0.6])).toEqual([0.362724, 0.114195, 0.523081]);
  expect(combined('logit', [0.5, 0.5])).toEqual([0.383652, 0.232697, 0.383652]);
  expect(combined('geometric', [0.5, 0.5])).toEqual([0.383652, 0.232697, 0.383652]);
});

test.each(['probability', 'logit', 'geometric'] as const)(
  '%s: equal models stay what they are, to the bit',
  (combine) => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 300; round++) {
      const own = softmax(Array.from({ length: 1 + (round % 7) }, () => 20 * random() - 10));
      const sigmoids = Float32Array.from(own, () => 1 / (1 + Math.exp(-40 * random() + 20)));
      const weights = [random(), random(), random()];
      const sum = weights.reduce((total, weight) => total + weight);
      const shares = weights.map((weight) => weight / sum);
      expect(combineScores([own], { weights: [1], combine, isMultiLabel: false })).toEqual(own);
      expect(combineScores([own, own, own], { weights: shares, combine, isMultiLabel: false })).toEqual(own);
      expect(combineScores([sigmoids, sigmoids], { weights: [0.5, 0.5], combine, isMultiLabel: true })).toEqual(
        sigmoids,
      );
    }
  },
);

test('a model of no weight says nothing, even where it is certain', () => {
  const certain = Float32Array.of(1, 0, 0);
  for (const combine of ['probability', 'logit', 'geometric'] as const) {
    for (const isMultiLabel of [false, true]) {
      expect(combineScores([certain, b], { weights: [0, 1], combine, isMultiLabel })).toEqual(b);
    }
  }
});

test('what models are certain of in opposite ways stays a number', () => {
  const [yes, no] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  const of = (combine: Combine, isMultiLabel: boolean) =>
    Array.from(combineScores([yes, no], { weights: [0.5, 0.5], combine, isMultiLabel }));
  expect(of('geometric', false)).toEqual([0.5, 0.5]);
  expect(of('logit', false)).toEqual([0.5, 0.5]);
  expect(of('logit', true)).toEqual([0.5, 0.5]);
  expect(of('geometric', true)).toEqual([0, 0]);
});

test('sigmoids have no sum to keep', () => {
  const [p, q] = [Float32Array.of(0.9, 0.2), Float32Array.of(0.4, 0.8)];
  const of = (combine: Combine) => rounded(combineScores([p, q], { weights: [0.5, 0.5], combine, isMultiLabel: true }));
  expect(of('probability')).toEqual([0.65, 0.5]);
  expect(of('geometric')).toEqual([0.6, 0.4]);
  // σ((logit 0.9 + logit 0.4) / 2) = √(9 · 2/3) / (1 + √(9 · 2/3))
  expect(of('logit')).toEqual([0.710102, 0.5]);
});

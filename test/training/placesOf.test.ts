import { placesOf } from '../../lib/training/validate';

test('counts the classes before the label, lower index first where scores are equal', () => {
  const probabilities = Float32Array.from([0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8]);
  expect(placesOf(Int32Array.from([1, 1, 0]), { probabilities })).toEqual([0, 1, 1]);
});

test('a score that is not a number is never right', () => {
  const probabilities = new Float32Array(2).fill(Number.NaN);
  expect(placesOf(Int32Array.from([0]), { probabilities })).toEqual([Number.POSITIVE_INFINITY]);
});

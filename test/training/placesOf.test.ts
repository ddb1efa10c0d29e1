import { placesOf } from '../../lib/training/classification';

const single = (...labels: number[]) => ({
  batch: labels.length,
  labels: Int32Array.from(labels),
  targets: new Float32Array(0),
});

test('counts the classes before the label, lower index first where scores are equal', () => {
  const probabilities = Float32Array.from([0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8]);
  expect(placesOf(single(1, 1, 0), { probabilities })).toEqual([0, 1, 1]);
});

test('a score that is not a number is never right', () => {
  const probabilities = new Float32Array(2).fill(Number.NaN);
  expect(placesOf(single(0), { probabilities })).toEqual([Number.POSITIVE_INFINITY]);
});

test('a clip of several classes is right where each class is', () => {
  const targets = Float32Array.from([1, 0, 1, 1, 0, 1, 0, 0, 0]);
  const probabilities = Float32Array.from([0.9, 0.1, 0.6, 0.9, 0.6, 0.6, 0.4, 0.1, Number.NaN]);
  const places = placesOf({ batch: 3, labels: new Int32Array(0), targets }, { probabilities });
  expect(places).toEqual([0, Number.POSITIVE_INFINITY, 0]);
});

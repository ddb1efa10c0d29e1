import { figuresOf, signalToNoise } from '../../lib/quantization/figures';

const rows = (...values: number[][]) => values.map((row) => Float32Array.from(row));

test('the signal-to-noise ratio is in dB: a tenth of the amplitude is 20', () => {
  expect(signalToNoise(rows([10, 0], [0, 10]), rows([11, 0], [0, 11]))).toBeCloseTo(20, 5);
  expect(signalToNoise(rows([3, -4]), rows([3, 1]))).toBeCloseTo(0, 5);
  expect(signalToNoise(rows([1, 2]), rows([1, 2]))).toBe(144);
});

test('of one class a clip, what counts is the first choice', () => {
  const exact = rows([3, 1, 0], [0, 2, 1], [0, 1, 2], [5, 0, 0]);
  const simulated = rows([2, 1, 0], [0, 1, 2], [0, 1, 3], [5, 6, 0]);
  const labels = [[0], [2], [2], [0]];
  expect(figuresOf({ exact, labels, threshold: null }, simulated)).toMatchObject({
    agreement: 0.5,
    top1: { before: 0.75, after: 0.75 },
  });
});

test('of several classes a clip, right is what is right in all', () => {
  const exact = rows([1, 2, -3], [-1, -1, -1]);
  const simulated = rows([1, -2, -3], [-1, -2, -1]);
  expect(figuresOf({ exact, labels: [[0, 1], []], threshold: 0 }, simulated)).toMatchObject({
    agreement: 0.5,
    top1: { before: 1, after: 0.5 },
  });
});

test('without labels there is no accuracy', () => {
  const exact = rows([1, 2]);
  expect(figuresOf({ exact, labels: [null], threshold: null }, exact)).toEqual({
    signalToNoise: 144,
    agreement: 1,
    top1: null,
  });
});

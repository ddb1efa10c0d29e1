import { calibrationOf } from '../../lib/evaluation/calibration';

test('weighs the gaps of the bins by their counts', () => {
  const { error, bins } = calibrationOf([
    { confidence: 0.95, correct: true },
    { confidence: 0.97, correct: false },
    { confidence: 0.5, correct: true },
    { confidence: 0.49, correct: true },
  ]);
  // Two in (14/15, 1]: accuracy 0.5, confidence 0.96. Two in (7/15, 8/15]: accuracy 1, confidence 0.495.
  expect(error).toBeCloseTo(0.5 * 0.46 + 0.5 * 0.505, 12);
  expect(bins).toHaveLength(15);
  expect(bins[14]).toEqual({ from: 14 / 15, to: 1, count: 2, confidence: 0.96, accuracy: 0.5 });
  expect(bins[7]).toMatchObject({ count: 2, confidence: 0.495, accuracy: 1 });
  expect(bins[0]).toMatchObject({ count: 0, confidence: null, accuracy: null });
});

test('takes the ends of the scale, and the upper edge of a bin into it', () => {
  const { bins } = calibrationOf([0, 1, 1 / 15, 2 / 15].map((confidence) => ({ confidence, correct: true })));
  expect(bins.map(({ count }) => count)).toEqual([2, 1, ...Array(12).fill(0), 1]);
});

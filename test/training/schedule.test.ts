import { learningRateAt } from '../../lib/training/schedule';

const schedule = { learningRate: 0.4, totalSteps: 110, warmupSteps: 10 };

test('rises linearly to the peak over the warm-up', () => {
  expect(learningRateAt(0, schedule)).toBeCloseTo(0.04, 12);
  expect(learningRateAt(4, schedule)).toBeCloseTo(0.2, 12);
  expect(learningRateAt(9, schedule)).toBeCloseTo(0.4, 12);
});

test('falls along half a cosine after it', () => {
  expect(learningRateAt(10, schedule)).toBeCloseTo(0.4, 12);
  expect(learningRateAt(35, schedule)).toBeCloseTo(0.4 * 0.5 * (1 + Math.SQRT1_2), 12);
  expect(learningRateAt(60, schedule)).toBeCloseTo(0.2, 12);
  expect(learningRateAt(109, schedule)).toBeGreaterThan(0);
  expect(learningRateAt(109, schedule)).toBeLessThan(0.001);
});

test('starts at the peak without a warm-up, and stays at 0 past the end', () => {
  expect(learningRateAt(0, { learningRate: 1, totalSteps: 10, warmupSteps: 0 })).toBe(1);
  expect(learningRateAt(10, { learningRate: 1, totalSteps: 10, warmupSteps: 0 })).toBeCloseTo(0, 12);
  expect(learningRateAt(99, { learningRate: 1, totalSteps: 10, warmupSteps: 0 })).toBeCloseTo(0, 12);
});

test('warms up throughout where the warm-up is as long as the run', () => {
  const rates = [0, 1, 2, 3].map((step) => learningRateAt(step, { learningRate: 1, totalSteps: 4, warmupSteps: 4 }));
  expect(rates).toEqual([0.25, 0.5, 0.75, 1]);
});

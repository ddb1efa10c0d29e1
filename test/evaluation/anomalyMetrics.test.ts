import { anomalyMetrics } from '../../lib/evaluation/anomaly/anomalyMetrics';
import { equalErrorRate, rocAuc } from '../../lib/evaluation/anomaly/rocCurve';

const framesOf = (scores: number[], labels: number[]) =>
  scores.map((score, index) => ({ score, anomalous: labels[index] === 1 }));

const a = framesOf([0.1, 0.2, 0.9, 0.8], [0, 0, 1, 1]);
const b = framesOf([3, 5, 4, 3.5], [0, 1, 0, 0]);

test('AUC of raw scores, of scores stretched to 0…1 in each video, and the mean of the videos’ own', () => {
  expect(anomalyMetrics([a, b], 'none')).toMatchObject({ auc: expect.closeTo(0.6, 12), macroAuc: 1, videoAuc: [1, 1] });
  expect(anomalyMetrics([a, b], 'video')).toMatchObject({ auc: 1, macroAuc: 1, equalErrorRate: 0 });
});

test('equal scores count half', () => {
  expect(rocAuc(framesOf([2, 2, 2, 2, 2], [0, 1, 0, 0, 1]))).toBe(0.5);
  expect(rocAuc(framesOf([1, 2, 2, 3], [0, 0, 1, 1]))).toBe(0.875);
});

test('AUC is the share of pairs in the right order', () => {
  const scores = Array.from({ length: 40 }, (_, i) => (i * 17) % 13);
  const frames = framesOf(
    scores,
    scores.map((_, i) => Number(i % 3 === 0)),
  );
  const pairs = frames
    .filter(({ anomalous }) => anomalous)
    .flatMap((high) => frames.filter(({ anomalous }) => !anomalous).map((low) => Math.sign(high.score - low.score)));
  const share = pairs.reduce((sum, sign) => sum + (sign + 1) / 2, 0) / pairs.length;
  expect(rocAuc(frames)).toBeCloseTo(share, 12);
});

test('the equal error rate lies where the curve crosses, between its points too', () => {
  expect(equalErrorRate(framesOf([1, 2, 3, 4], [0, 0, 1, 1]))).toBe(0);
  expect(equalErrorRate(framesOf([1, 2, 3, 4], [1, 1, 0, 0]))).toBe(1);
  expect(equalErrorRate(framesOf([1, 2, 3, 4], [0, 1, 0, 1]))).toBe(0.5);
  expect(equalErrorRate(framesOf([5, 5, 5], [0, 1, 1]))).toBe(0.5);
  // (0, 0), (0, ½), (⅓, ½), (⅔, 1): the line from the second last meets 1 - x at (5/12, 7/12)… from (⅓, ½).
  expect(equalErrorRate(framesOf([1, 2, 2, 3, 4], [0, 1, 0, 0, 1]))).toBeCloseTo(1 / 3 + 1 / 15, 12);
});

test('videos of one kind of frames have no AUC of their own, and all of one kind are refused', () => {
  const normal = framesOf([1, 2], [0, 0]);
  expect(anomalyMetrics([a, normal], 'none')).toMatchObject({ videoAuc: [1, null], macroAuc: 1 });
  const single = anomalyMetrics([normal, framesOf([3, 4], [1, 1])], 'none');
  expect(single).toMatchObject({ auc: 1, macroAuc: null, videoAuc: [null, null] });
  for (const [labels, counts] of [
    [[0, 0], '2 normal and 0 anomalous'],
    [[1, 1], '0 normal and 2 anomalous'],
  ] as const) {
    expect(() => anomalyMetrics([framesOf([1, 2], [...labels])], 'none')).toThrow(
      expect.objectContaining({ code: 'ERR_DATASET', message: expect.stringContaining(counts) }),
    );
  }
});

test('a video that always scores alike is stretched to zeros', () => {
  const still = framesOf([7, 7], [0, 1]);
  expect(anomalyMetrics([still, a], 'video').auc).toBeCloseTo(7 / 9, 12);
});

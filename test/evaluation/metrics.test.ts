import { averagePrecision, multiLabelMetrics } from '../../lib/evaluation/multiLabelMetrics';
import type { ScoredSample } from '../../lib/evaluation/scoredSample';
import { firstChoice, placeOf, singleLabelMetrics } from '../../lib/evaluation/singleLabelMetrics';

const samplesOf = (scores: number[][], labels: number[][]): ScoredSample[] =>
  scores.map((values, index) => {
    const video = Float32Array.from(values);
    return { index, name: `${index}`, labels: labels[index] as number[], clips: [video], video };
  });

// The expected numbers of this file are scikit-learn 1.x's for the same arrays.
describe('one label a video', () => {
  const labels = ['a', 'b', 'c', 'never'];
  const scores = [
    [0.7, 0.2, 0.1, 0],
    [0.4, 0.5, 0.1, 0],
    [0.1, 0.6, 0.3, 0],
    [0.2, 0.2, 0.6, 0],
    [0.5, 0.25, 0.25, 0],
    [0.05, 0.15, 0.8, 0],
  ];
  const metrics = singleLabelMetrics(labels, samplesOf(scores, [[0], [0], [1], [2], [2], [2]]));

  test('confusion, accuracy, F1 and loss', () => {
    expect(metrics.confusion).toEqual([
      [1, 1, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 2, 0],
      [0, 0, 0, 0],
    ]);
    expect(metrics.video).toEqual({ count: 6, top1: 4 / 6, top5: 1 });
    expect(metrics.meanClassAccuracy).toBeCloseTo(0.7222222222222222, 12);
    expect(metrics.macroF1).toBeCloseTo(0.6555555555555556, 12);
    expect(metrics.loss).toBeCloseTo(0.6506758059631615, 6);
  });

  test('each class against the rest; null where there is nothing to measure', () => {
    expect(metrics.classes).toEqual([
      { label: 'a', support: 2, predicted: 2, recall: 1 / 2, precision: 1 / 2, f1: 1 / 2 },
      { label: 'b', support: 1, predicted: 2, recall: 1, precision: 1 / 2, f1: 2 / 3 },
      { label: 'c', support: 3, predicted: 2, recall: 2 / 3, precision: 1, f1: 4 / 5 },
      { label: 'never', support: 0, predicted: 0, recall: null, precision: null, f1: null },
    ]);
  });

  test('by clip counts every clip, by video their mean', () => {
    const clips = [Float32Array.of(0.9, 0.1), Float32Array.of(0.4, 0.6), Float32Array.of(0.45, 0.55)];
    const video = Float32Array.of(1.75 / 3, 1.25 / 3);
    const other = Float32Array.of(0.2, 0.8);
    const { clip, video: byVideo } = singleLabelMetrics(
      ['a', 'b'],
      [
        { index: 0, name: 'x', labels: [0], clips, video },
        { index: 1, name: 'y', labels: [1], clips: [other], video: other },
      ],
    );
    expect(clip).toMatchObject({ count: 4, top1: 2 / 4 });
    expect(byVideo).toMatchObject({ count: 2, top1: 1 });
  });

  test('top-5 is not top-6', () => {
    const ten = Array.from({ length: 10 }, (_, index) => (10 - index) / 55);
    const { video } = singleLabelMetrics([...'abcdefghij'], samplesOf([ten, ten], [[4], [5]]));
    expect(video).toEqual({ count: 2, top1: 0, top5: 0.5 });
  });

  test('of equal scores the lower index comes first, as in top-k', () => {
    const flat = Float32Array.of(0.25, 0.25, 0.25, 0.25);
    expect(firstChoice(flat)).toBe(0);
    expect([0, 1, 2, 3].map((label) => placeOf(label, flat))).toEqual([0, 1, 2, 3]);
  });

  test('a label without any probability costs a finite loss', () => {
    const { loss } = singleLabelMetrics(['a', 'b'], samplesOf([[1, 0]], [[1]]));
    expect(loss).toBeCloseTo(-Math.log(2 ** -52), 6);
  });
});

describe('several labels a video', () => {
  const scores = [
    [0.55, 0.2, 0.6],
    [0.4, 0.7, 0.1],
    [0.8, 0.55, 0.3],
    [0.3, 0.1, 0.55],
    [0.6, 0.7, 0.2],
  ];
  const own = [[0, 2], [1], [0], [], [1, 2]];
  const metrics = multiLabelMetrics(['a', 'b', 'c'], samplesOf(scores, own));

  test('average precision, exact match, F1 and loss', () => {
    expect(metrics.video).toEqual({ count: 5, exactMatch: 0.4 });
    const precisions = metrics.classes.map((one) => one.averagePrecision);
    expect(precisions[0]).toBeCloseTo(5 / 6, 12);
    expect(precisions.slice(1)).toEqual([1, 0.75]);
    expect(metrics.meanAveragePrecision).toBeCloseTo((5 / 6 + 1 + 0.75) / 3, 12);
    expect(metrics.macroF1).toBeCloseTo(0.7, 12);
    expect(metrics.loss).toBeCloseTo(0.5217293463153602, 6);
  });

  test('equal scores share a threshold; a class that never occurs has no average precision', () => {
    const ranking = (scores: number[], relevant: number[]) =>
      scores.map((score, index) => ({ score, relevant: relevant[index] === 1 }));
    expect(averagePrecision(ranking([0.5, 0.5, 0.5, 0.1], [1, 0, 1, 0]))).toBeCloseTo(2 / 3, 12);
    expect(averagePrecision(ranking([0.5, 0.1], [0, 0]))).toBeNull();
  });
});

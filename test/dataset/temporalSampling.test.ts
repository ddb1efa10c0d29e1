import { seededRandom } from '../../lib/base/seededRandom';
import {
  evaluationChoice,
  gridRate,
  type TemporalSampling,
  trainingChoice,
  viewChoices,
} from '../../lib/dataset/clips/temporalSampling';

const dense: TemporalSampling = { frames: 4, frameRate: 10, stride: 1, sampling: 'dense' };
const segment: TemporalSampling = { ...dense, sampling: 'segment' };
/** Random numbers one after the other. */
const numbers =
  (...values: number[]) =>
  () =>
    values.shift() as number;
const draws = (sampling: TemporalSampling, count: number, times = 400) => {
  const random = seededRandom(1);
  return Array.from({ length: times }, () => trainingChoice(sampling, random)(count));
};
const minmax = (values: number[]) => [Math.min(...values), Math.max(...values)];

describe('dense', () => {
  test('training clips start anywhere that leaves them whole', () => {
    const clips = draws(dense, 10);
    expect(new Set(clips.map(([first]) => first))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    for (const [first = 0, ...rest] of clips) expect(rest).toEqual([first + 1, first + 2, first + 3]);
  });

  test('a span too short repeats its last frame', () => {
    expect(draws(dense, 2, 1)).toEqual([[0, 1, 1, 1]]);
    expect(evaluationChoice(dense)(2)).toEqual([0, 1, 1, 1]);
    expect(evaluationChoice(dense)(1)).toEqual([0, 0, 0, 0]);
  });

  test('a stride takes every nth frame', () => {
    const clips = draws({ ...dense, stride: 3 }, 12);
    expect(minmax(clips.map(([first]) => first as number))).toEqual([0, 2]);
    expect(clips[0]?.map((index, i) => index - i * 3)).toEqual(new Array(4).fill(clips[0]?.[0]));
    expect(evaluationChoice({ ...dense, stride: 3 })(12)).toEqual([0, 3, 6, 9]);
  });

  test('speed spreads the frames over more or less time', () => {
    const sampling: TemporalSampling = { ...dense, speed: [0.5, 2] };
    expect(gridRate(sampling)).toBe(20);
    expect(gridRate({ ...dense, speed: [1, 1] })).toBe(10);
    expect(trainingChoice(sampling, numbers(0, 0))(40)).toEqual([0, 1, 2, 3]);
    expect(trainingChoice(sampling, numbers(1, 0))(40)).toEqual([0, 4, 8, 12]);
    expect(trainingChoice(sampling, numbers(1, 0.9999))(40)).toEqual([27, 31, 35, 39]);
    // Evaluation is at the usual speed.
    expect(evaluationChoice(sampling)(8)).toEqual([0, 2, 4, 6]);
  });

  test('views are spread from the start to the end, fewer in a short span', () => {
    expect(viewChoices(dense, 3)(10)).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7, 8, 9],
    ]);
    expect(viewChoices(dense, 3)(5)).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3, 4],
    ]);
    expect(evaluationChoice(dense)(10)).toEqual([3, 4, 5, 6]);
  });
});

describe('segment', () => {
  test('training takes a random frame of each part', () => {
    const clips = draws(segment, 12);
    for (let part = 0; part < 4; part++) {
      expect(new Set(clips.map((clip) => clip[part]))).toEqual(new Set([part * 3, part * 3 + 1, part * 3 + 2]));
    }
  });

  test('a short span repeats frames, in order', () => {
    for (const clip of draws(segment, 3, 50)) {
      expect(clip).toEqual([...clip].sort());
      expect(minmax(clip)).toEqual([0, 2]);
    }
    expect(evaluationChoice(segment)(2)).toEqual([0, 0, 1, 1]);
  });

  test('a slower clip shows a random piece of the span', () => {
    const sampling: TemporalSampling = { ...segment, speed: [0.5, 0.5] };
    const clips = draws(sampling, 40);
    for (const clip of clips) expect((clip[3] as number) - (clip[0] as number)).toBeLessThanOrEqual(20);
    expect(minmax(clips.flat())[0]).toBeLessThan(3);
    expect(minmax(clips.flat())[1]).toBeGreaterThan(36);
  });

  test('views lie at other places within the parts, fewer in a short span', () => {
    expect(evaluationChoice(segment)(12)).toEqual([1, 4, 7, 10]);
    expect(viewChoices(segment, 3)(12)).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7, 10],
      [2, 5, 8, 11],
    ]);
    expect(viewChoices(segment, 3)(8)).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ]);
    expect(viewChoices(segment, 5)(3)).toEqual([
      [0, 0, 1, 2],
      [0, 1, 1, 2],
      [0, 1, 2, 2],
    ]);
    expect(viewChoices(segment, 5)(1)).toEqual([[0, 0, 0, 0]]);
  });
});

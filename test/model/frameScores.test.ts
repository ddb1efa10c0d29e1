import { alarmSegments } from '../../lib/model/anomaly/alarmSegments';
import { errorMap } from '../../lib/model/anomaly/errorMap';
import { falseAlarmThreshold } from '../../lib/model/anomaly/falseAlarmThreshold';
import { FrameMeans } from '../../lib/model/anomaly/frameMeans';
import { frameScores } from '../../lib/model/anomaly/frameScores';
import { clipOf } from '../../lib/model/anomaly/pixelsOf';
import { psnrOf } from '../../lib/model/anomaly/psnr';

test('PSNR', () => {
  expect(psnrOf(0.1 ** 2)).toBeCloseTo(20, 10);
  expect(psnrOf(0.5 ** 2)).toBeCloseTo(6.0206, 4);
  expect(psnrOf((1 / 255) ** 2)).toBeCloseTo(48.1308, 4);
  expect(psnrOf(0)).toBe(Infinity);
  expect(psnrOf(1)).toBe(0);
});

/** A clip of one value, and the same with some pixels changed. */
const shape = [3, 2, 16, 24];
const input = {
  mean: [0.5, 0.4, 0.3] as [number, number, number],
  std: [0.25, 0.2, 0.1] as [number, number, number],
};
const size = 2 * 16 * 24;
/** Normalised, of pixels in 0…1. */
const tensorOf = (pixel: (channel: number, index: number) => number) => ({
  data: Float32Array.from({ length: 3 * size }, (_, i) => {
    const channel = Math.floor(i / size);
    return (pixel(channel, i % size) - (input.mean[channel] ?? 0)) / (input.std[channel] ?? 1);
  }),
  shape,
});

test('errors are of pixels, not of normalised values, and of what a picture can show', () => {
  const grey = tensorOf(() => 0.5);
  const off = errorMap(
    grey,
    tensorOf(() => 0.6),
    input,
  );
  expect(off).toMatchObject({ frames: 2, height: 16, width: 24 });
  for (const error of off.data) expect(error).toBeCloseTo(0.01, 6);
  for (const score of frameScores(off, 'psnr')) expect(score).toBeCloseTo(-20, 4);
  // Red alone.
  const red = errorMap(
    grey,
    tensorOf((channel) => (channel === 0 ? 0.8 : 0.5)),
    input,
  );
  expect(frameScores(red, 'mse')[0]).toBeCloseTo(0.03, 6);
  const white = errorMap(
    tensorOf(() => 1),
    tensorOf(() => 7),
    input,
  );
  expect(frameScores(white, 'mse')).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 9)]);
});

test('a network that gives every bit back scores as little as there is', () => {
  const clip = tensorOf((channel, index) => (channel + index) / (size + 3));
  const none = errorMap(clip, clip, input);
  expect(frameScores(none, 'mse')).toEqual([0, 0]);
  expect(frameScores(none, 'psnr')).toEqual([-100, -100]);
  expect(frameScores(none, 'topCells')).toEqual([0, 0]);
});

test('topCells is of the worst cells alone: a small thing counts as much in a large picture', () => {
  // Of 2×3 cells one counts. The second frame: an error of 1 in one pixel of the last cell.
  const errors = { data: new Float32Array(size), frames: 2, height: 16, width: 24 };
  errors.data[size - 1] = 1;
  expect(frameScores(errors, 'topCells')).toEqual([0, 1 / 64]);
  expect(frameScores(errors, 'mse')).toEqual([0, 1 / 384]);
  // 33×47: 5×6 cells, of which two count; the last is 1×7 pixels.
  const odd = { data: new Float32Array(33 * 47), frames: 1, height: 33, width: 47 };
  odd.data.fill(1, 32 * 47 + 40);
  odd.data[0] = 0.5;
  expect(frameScores(odd, 'topCells')).toEqual([(1 + 0.5 / 64) / 2]);
});

test('a clip of normalised values as bytes', () => {
  const { data, frames, height, width } = clipOf(
    tensorOf((channel) => [0, 1, 0.2][channel] as number),
    input,
  );
  expect([frames, height, width]).toEqual([2, 16, 24]);
  expect([...data.subarray(0, 6)]).toEqual([0, 255, 51, 0, 255, 51]);
  expect([
    ...clipOf(
      tensorOf((channel) => [-3, 4, 0.2][channel] as number),
      input,
    ).data.subarray(0, 3),
  ]).toEqual([0, 255, 51]);
});

test('the threshold is the score above which no more than the given share of normal frames lie', () => {
  const scores = Array.from({ length: 200 }, (_, i) => (i * 73) % 200);
  expect(falseAlarmThreshold([...scores], 0.01)).toBe(197);
  expect(falseAlarmThreshold([...scores], 0.1)).toBe(179);
  expect(scores.filter((score) => score > 197)).toHaveLength(2);
  expect(falseAlarmThreshold([4, 4, 4, 9], 0.25)).toBe(4);
  expect(falseAlarmThreshold([4, 4, 9, 9], 0.25)).toBe(9);
  expect(() => falseAlarmThreshold(scores.slice(0, 99), 0.01)).toThrow(
    expect.objectContaining({ code: 'ERR_DATASET', message: expect.stringContaining('at least 100 frames') }),
  );
});

test('a frame in several windows gets their mean', () => {
  const means = new FrameMeans();
  means.add(0, [1, 2, 3, 4]);
  means.add(2, [5, 6, 7, 8]);
  means.add(4, [9, 0]);
  expect(means.values).toEqual([1, 2, 4, 5]);
  expect(means.finish()).toEqual([1, 2, 4, 5, 8, 4]);
});

test('alarms are runs of frames above the threshold', () => {
  expect(alarmSegments([0, 5, 7, 1, 2, 9], 2, 10)).toEqual([
    { startSeconds: 0.1, endSeconds: 0.3, peakScore: 7, peakSeconds: 0.2 },
    { startSeconds: 0.5, endSeconds: 0.6, peakScore: 9, peakSeconds: 0.5 },
  ]);
  expect(alarmSegments([2, 2], 2, 10)).toEqual([]);
});

import { segmentWindows, uniformWindows, viewWindows } from '../../lib/video/sampleWindows';

const starts = (duration: number, clips: number, frames: number, frameRate: number) =>
  uniformWindows(duration, { clips, frames, frameRate }).map(({ startSeconds }) => startSeconds);

test.each([
  { what: 'spread from start to end', of: [10, 5, 10, 10], expected: [0, 2.25, 4.5, 6.75, 9] },
  { what: 'windows that overlap', of: [2, 3, 10, 10], expected: [0, 0.5, 1] },
  { what: 'one window in the middle', of: [10, 1, 10, 10], expected: [4.5] },
  { what: 'two at the ends', of: [10, 2, 10, 10], expected: [0, 9] },
  { what: 'as long as a window', of: [1, 10, 10, 10], expected: [0] },
  { what: 'shorter than a window', of: [0.3, 10, 10, 10], expected: [0] },
  { what: 'no length at all', of: [0, 10, 16, 15], expected: [0] },
  { what: 'two frame steps longer: three windows', of: [1.2, 10, 10, 10], expected: [0, 0.1, 0.2] },
  { what: 'half a step longer: one window in the middle', of: [1.05, 10, 10, 10], expected: [0.025] },
  { what: 'a single frame', of: [1, 3, 1, 10], expected: [0, 0.45, 0.9] },
])('$what', ({ of, expected }) => {
  const found = starts(...(of as [number, number, number, number]));
  expect(found.length).toBe(expected.length);
  found.forEach((start, i) => {
    expect(start).toBeCloseTo(expected[i] as number, 9);
  });
});

test('windows lie within the video, in order, at least a frame step apart', () => {
  for (let duration = 0; duration < 6; duration += 0.07) {
    for (const clips of [1, 2, 7, 100]) {
      for (const [frames, frameRate] of [
        [16, 15],
        [1, 3],
        [32, 29.97],
      ] as const) {
        const found = starts(duration, clips, frames, frameRate);
        expect(found.length).toBeGreaterThanOrEqual(1);
        expect(found.length).toBeLessThanOrEqual(clips);
        expect(found[0]).toBeGreaterThanOrEqual(0);
        expect(found.at(-1)).toBeLessThanOrEqual(Math.max(0, duration - frames / frameRate) + 1e-9);
        found.slice(1).forEach((start, i) => {
          expect(start - (found[i] as number)).toBeGreaterThan(1 / frameRate - 1e-5);
        });
      }
    }
  }
});

describe('by segment', () => {
  const starts = (seconds: number, clips: number) =>
    segmentWindows(seconds, { clips, frames: 4, frameRate: 10 }).map(({ startSeconds }) => startSeconds);

  test('one window takes the middle of every part of the video', () => {
    expect(segmentWindows(8, { clips: 1, frames: 4, frameRate: 10 })).toEqual([
      { startSeconds: 1, frames: 4, frameRate: 0.5 },
    ]);
  });

  test('several are shifted evenly within the parts, and no more than the video has frames', () => {
    expect(starts(8, 4)).toEqual([0.25, 0.75, 1.25, 1.75]);
    expect(starts(0.8, 10)).toHaveLength(8);
    expect(starts(0.1, 10)).toHaveLength(1);
    expect(segmentWindows(0, { clips: 3, frames: 4, frameRate: 10 })).toEqual([
      { startSeconds: 0.0125, frames: 4, frameRate: 40 },
    ]);
  });

  test('is taken where the input says so', () => {
    const options = { clips: 2, frames: 4, frameRate: 10 };
    expect(viewWindows(8, { ...options, sampling: 'segment' })).toEqual(segmentWindows(8, options));
    expect(viewWindows(8, { ...options, sampling: 'dense' })).toEqual(uniformWindows(8, options));
    expect(viewWindows(8, options)).toEqual(uniformWindows(8, options));
  });
});

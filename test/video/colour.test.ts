import { join } from 'node:path';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, makeVideos, realFile } from '../support/videos';

const folder = temporaryFolder();

// Numbers of FFmpeg's enumerations, which are those of ITU-T H.273.
const [bt709, unspecified, bt601, bt2020] = [1, 2, 6, 9];
const [limited, full] = [1, 2];

const cases = [
  { matrix: bt709, range: limited, height: 64, pixelFormat: 'yuv420p' },
  { matrix: bt709, range: full, height: 64, pixelFormat: 'yuv420p' },
  { matrix: bt601, range: limited, height: 64, pixelFormat: 'yuv420p' },
  { matrix: bt601, range: full, height: 64, pixelFormat: 'yuv422p' },
  { matrix: bt2020, range: limited, height: 64, pixelFormat: 'yuv420p10le' },
  { matrix: bt709, range: full, height: 64, pixelFormat: 'yuv420p10le' },
  { matrix: bt709, range: limited, height: 63, pixelFormat: 'yuv444p' },
  // Nothing said: 709 from 720 lines up, 601 below, and limited range.
  { matrix: unspecified, range: 0, height: 64, pixelFormat: 'yuv420p' },
  { matrix: unspecified, range: 0, height: 720, pixelFormat: 'yuv420p' },
];

const colours = [
  { y: 120, u: 90, v: 200 },
  { y: 60, u: 150, v: 110 },
  { y: 200, u: 128, v: 128 },
];

/** The standards' own formulas. */
function rgbOf({ y, u, v }: (typeof colours)[number], matrix: number, isFull: boolean): number[] {
  const [kr, kb] = { [bt709]: [0.2126, 0.0722], [bt601]: [0.299, 0.114], [bt2020]: [0.2627, 0.0593] }[
    matrix
  ] as number[] as [number, number];
  const luma = isFull ? y / 255 : (y - 16) / 219;
  const [cb, cr] = [u, v].map((value) => (value - 128) / (isFull ? 255 : 224)) as [number, number];
  const red = luma + 2 * (1 - kr) * cr;
  const blue = luma + 2 * (1 - kb) * cb;
  const green = (luma - kr * red - kb * blue) / (1 - kr - kb);
  return [red, green, blue].map((value) => Math.min(255, Math.max(0, value * 255)));
}

test.each(cases)('matrix $matrix, range $range, $height lines of $pixelFormat', async (entry) => {
  const { matrix, range, height, pixelFormat } = entry;
  const path = join(folder, `${Object.values(entry).join('-')}.mkv`);
  const frames = colours.map((colour, i) => ({ pts: i * 100, ...colour }));
  const colour = { ...(range ? { colorRange: range } : {}), colorSpace: matrix };
  makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 65, height, pixelFormat, frames, ...colour }]);
  const video = await openVideo(path);
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 3, frameRate: 10 }]));
  await video.close();
  expect(clip).toMatchObject({ width: 65, height });
  const bytes = 65 * height * 3;
  colours.forEach((known, i) => {
    const expected = rgbOf(known, matrix === unspecified ? (height >= 720 ? bt709 : bt601) : matrix, range === full);
    for (const pixel of [0, 64, 65 * (height - 1), 65 * height - 1]) {
      expected.forEach((value, channel) => {
        expect(Math.abs((clip?.data[i * bytes + pixel * 3 + channel] as number) - value)).toBeLessThanOrEqual(2);
      });
    }
  });
});

test('a full-range file uses the whole range and a limited one is stretched to it', async () => {
  const extremes = async (name: string) => {
    const video = await openVideo(realFile(name));
    const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 1, frameRate: 10 }]));
    await video.close();
    let [low, high] = [255, 0];
    for (const value of clip?.data ?? []) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return { low, high };
  };
  for (const name of ['full_range.mp4', 'flipping_pancake.mkv']) {
    const { low, high } = await extremes(name);
    expect(low).toBeLessThan(16);
    expect(high).toBeGreaterThan(235);
  }
});

test('what is transparent shows white', async () => {
  const path = join(folder, 'transparent.mkv');
  // Full-range black at three opacities.
  const frames = [0, 128, 255].map((a, i) => ({ pts: i * 100, y: 0, u: 128, v: 128, a }));
  const size = { width: 65, height: 33, pixelFormat: 'yuva420p', colorRange: full };
  makeVideos([{ path, format: 'matroska', codec: 'ffv1', frames, ...size }]);
  const video = await openVideo(path);
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 3, frameRate: 10 }]));
  await video.close();
  const bytes = 65 * 33 * 3;
  [255, 127, 0].forEach((expected, i) => {
    for (const value of clip?.data.subarray(i * bytes, (i + 1) * bytes) ?? []) {
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1);
    }
  });
});

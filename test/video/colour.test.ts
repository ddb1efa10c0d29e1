import { join } from 'node:path';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, makeVideos, realFile, type VideoSpec } from '../support/videos';

const folder = temporaryFolder();

// Numbers of FFmpeg's enumerations, which are those of ITU-T H.273.
const [bt709, unspecified, bt601, yCgCo, bt2020] = [1, 2, 6, 8, 9];
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

test('HD that names no matrix is BT.601 where that is asked for', async () => {
  const path = join(folder, 'untagged.mkv');
  const colour = colours[0] as (typeof colours)[number];
  const frames = [{ pts: 0, ...colour }];
  makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 64, height: 720, frames }]);
  for (const [untaggedMatrix, matrix] of [
    ['by-height', bt709],
    ['bt601', bt601],
  ] as const) {
    await using video = await openVideo(path, { untaggedMatrix });
    const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 1, frameRate: 10 }]));
    rgbOf(colour, matrix, false).forEach((value, channel) => {
      expect(Math.abs((clip?.data[channel] as number) - value)).toBeLessThanOrEqual(2);
    });
  }
  const wrong = openVideo(path, { untaggedMatrix: 'bt709' as 'bt601' });
  expect((await failureOf(wrong)).message).toMatch(/untaggedMatrix` to be 'by-height' or 'bt601' but received "bt709"/);
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

test.each<Pick<VideoSpec, 'codec' | 'format' | 'options'>>([
  { codec: 'ffv1', format: 'matroska' },
  // The alpha of these lies beside their packets.
  { codec: 'libvpx', format: 'webm', options: { 'auto-alt-ref': '0' } },
  { codec: 'libvpx-vp9', format: 'webm', options: { lossless: '1' } },
])('$codec: what is transparent shows white', async (spec) => {
  const path = join(folder, `transparent-${spec.codec}.mkv`);
  // Full-range black at three opacities.
  const frames = [0, 128, 255].map((a, i) => ({ pts: i * 100, y: 0, u: 128, v: 128, a }));
  const size = { width: 65, height: 33, pixelFormat: 'yuva420p', colorRange: full };
  makeVideos([{ path, frames, ...size, ...spec }]);
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

/** What a single frame of a video shows in its middle, and what is warned of. */
async function seen(spec: Omit<VideoSpec, 'path' | 'format' | 'frames'>, frame: VideoSpec['frames'][number]) {
  const path = join(folder, `${made++}.mkv`);
  makeVideos([{ path, format: 'matroska', frames: [frame], ...spec }]);
  await using video = await openVideo(path);
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 1, frameRate: 10 }]));
  const middle = (Math.floor(spec.height / 2) * spec.width + Math.floor(spec.width / 2)) * 3;
  return {
    pixel: [...(clip?.data.subarray(middle, middle + 3) ?? [])],
    warnings: video.warnings.filter((text) => !text.includes('single picture')),
  };
}
let made = 0;

const small = { codec: 'ffv1', width: 64, height: 48 };

test.each([
  { pixelFormat: 'gray', colorRange: limited, stored: 126, shown: 128 },
  { pixelFormat: 'gray', colorRange: limited, stored: 8, shown: 0 },
  { pixelFormat: 'gray', colorRange: full, stored: 126, shown: 126 },
  { pixelFormat: 'gray', colorRange: 0, stored: 126, shown: 126 },
  { pixelFormat: 'gray10le', colorRange: limited, stored: 235, shown: 255 },
  { pixelFormat: 'gray12le', colorRange: limited, stored: 16, shown: 0 },
  { pixelFormat: 'gray16le', colorRange: limited, stored: 126, shown: 128 },
])('$pixelFormat of range $colorRange: $stored shows $shown', async ({ pixelFormat, colorRange, stored, shown }) => {
  const { pixel, warnings } = await seen({ ...small, pixelFormat, colorRange }, { pts: 0, y: stored, u: 0, v: 0 });
  for (const value of pixel) expect(Math.abs(value - shown)).toBeLessThanOrEqual(1);
  expect(warnings).toEqual([]);
});

// RGB 200, 64, 32: Y = ¼R + ½G + ¼B, Cg = ½G - ¼R - ¼B, Co = ½R - ½B.
test.each([
  { pixelFormat: 'yuv444p', colorRange: full, y: 90, u: 128 - 26, v: 128 + 84 },
  { pixelFormat: 'yuv420p10le', colorRange: full, y: 90, u: 128 - 26, v: 128 + 84 },
  { pixelFormat: 'yuv422p', colorRange: limited, y: 16 + (90 * 219) / 255, u: 128 - 23, v: 128 + 74 },
])('YCgCo in $pixelFormat of range $colorRange', async ({ y, u, v, ...format }) => {
  const { pixel, warnings } = await seen({ ...small, ...format, colorSpace: yCgCo }, { pts: 0, y, u, v });
  [200, 64, 32].forEach((value, channel) => {
    expect(Math.abs((pixel[channel] as number) - value)).toBeLessThanOrEqual(3);
  });
  expect(warnings).toEqual([]);
});

test.each([
  { matrix: 10, primaries: unspecified, readAs: bt2020, warning: /BT.2020 with constant luminance.*read as BT.2020/ },
  { matrix: 14, primaries: bt2020, readAs: bt2020, warning: /ICtCp.*read as BT.2020/ },
  { matrix: 11, primaries: unspecified, readAs: bt601, warning: /SMPTE 2085.*read as BT.601/ },
  { matrix: 13, primaries: bt709, readAs: bt709, warning: /constant luminance.*read as BT.709/ },
  { matrix: 12, primaries: bt709, readAs: bt709, warning: null },
  { matrix: 12, primaries: bt2020, readAs: bt2020, warning: null },
  { matrix: 12, primaries: unspecified, readAs: bt601, warning: /derived from the primaries.*read as BT.601/ },
])('the matrix $matrix with primaries $primaries', async ({ matrix, primaries, readAs, warning }) => {
  const colour = colours[0] as (typeof colours)[number];
  const tags = { colorSpace: matrix, colorPrimaries: primaries, colorRange: limited };
  const { pixel, warnings } = await seen({ ...small, ...tags }, { pts: 0, ...colour });
  rgbOf(colour, readAs, false).forEach((value, channel) => {
    expect(Math.abs((pixel[channel] as number) - value)).toBeLessThanOrEqual(2);
  });
  expect(warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
});

test.each([
  { transfer: 1, warning: null },
  { transfer: 9, warning: /logarithmic.*without tone mapping/ },
  { transfer: 16, warning: /PQ.*without tone mapping/ },
  { transfer: 18, warning: /HLG.*without tone mapping/ },
])('the transfer $transfer leaves values as they are', async ({ transfer, warning }) => {
  const colour = colours[0] as (typeof colours)[number];
  const tags = { colorSpace: bt601, colorTrc: transfer, colorRange: limited };
  const { pixel, warnings } = await seen({ ...small, ...tags }, { pts: 0, ...colour });
  rgbOf(colour, bt601, false).forEach((value, channel) => {
    expect(Math.abs((pixel[channel] as number) - value)).toBeLessThanOrEqual(2);
  });
  expect(warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
});

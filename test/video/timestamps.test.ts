import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openVideo } from '../../lib/video/openVideo';
import type { VideoClip } from '../../lib/video/types';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, greyFrames, greyIndices, makeVideos, shownAt, type VideoSpec } from '../support/videos';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

const steady = (count: number, step: number) => Array.from({ length: count }, (_, i) => i * step);
const uneven = [0, 40, 80, 700, 710, 720, 2000, 2040, 2500, 2900, 2933, 5000, 5040];
const late = uneven.map((time) => time + 3000);
const size = { width: 64, height: 48 };
const h264 = { codec: 'libx264', options: { crf: '1' }, ...size };

const specs: Record<string, { times: number[]; spec: Omit<VideoSpec, 'path' | 'frames'> }> = {
  'uneven.mkv': { times: uneven, spec: { format: 'matroska', codec: 'ffv1', ...size } },
  'uneven.mp4': { times: uneven, spec: { format: 'mp4', bFrames: 2, gop: 4, ...h264 } },
  'no-duration.mkv': { times: steady(50, 100), spec: { format: 'matroska', muxer: { live: '1' }, gop: 5, ...h264 } },
  'one-key-frame.mp4': { times: steady(100, 100), spec: { format: 'mp4', gop: 1000, bFrames: 2, ...h264 } },
  'late-start.mkv': { times: late, spec: { format: 'matroska', gop: 4, ...h264 } },
  'transport.ts': { times: steady(100, 100), spec: { format: 'mpegts', gop: 10, bFrames: 2, ...h264 } },
  'program.mpg': {
    times: steady(80, 40),
    spec: { format: 'mpeg', codec: 'mpeg2video', gop: 10, timeBase: [1, 25], ...size },
  },
  'one-frame.mp4': { times: [0], spec: { format: 'mp4', ...h264 } },
};

beforeAll(() => {
  const videos = Object.entries(specs).map(([name, { times, spec }]) => {
    const unit = 1000 / ((spec.timeBase?.[1] ?? 1000) / (spec.timeBase?.[0] ?? 1));
    const frames = greyFrames(times).map((frame) => ({ ...frame, pts: Math.round(frame.pts / unit) }));
    return { path: file(name), frames, ...spec };
  });
  makeVideos(videos);
});

describe.each(Object.entries(specs))('%s', (name, { times }) => {
  // A video starts at 0, whatever its first timestamp.
  const seconds = times.map((time) => (time - (times[0] as number)) / 1000);

  test('picks frames by timestamp at any instant', async () => {
    const video = await openVideo(file(name));
    const end = seconds.at(-1) as number;
    const starts = [0, end - 0.25, -1, 0.7, end + 100, end / 3, end / 2, 0.05];
    const windows = starts.map((startSeconds) => ({ startSeconds, frames: 9, frameRate: 17 }));
    const clips = await collect(video.readClips(windows));
    clips.forEach((clip, i) => {
      const instants = Array.from({ length: 9 }, (_, k) => (starts[i] as number) + k / 17);
      const expected = instants.map((time) => shownAt(seconds, time));
      expect({ clip: i, shown: greyIndices(clip) }).toEqual({ clip: i, shown: expected });
    });
    expect(video.warnings).toEqual(times.length === 1 ? [expect.stringMatching(/a single picture/)] : []);
    await video.close();
  });

  test('measures its length', async () => {
    const video = await openVideo(file(name));
    const found = video.info.durationSeconds as number;
    const end = seconds.at(-1) as number;
    expect(found).toBeGreaterThanOrEqual(end - 1e-9);
    expect(found).toBeLessThan(end + 0.11);
    await video.close();
  });
});

test('a slide with overlapping windows repeats what they share, and ends with the last new frame', async () => {
  const video = await openVideo(file('uneven.mkv'));
  const seconds = uneven.map((time) => time / 1000);
  const clips = await collect(video.slide({ frames: 10, frameRate: 10, strideSeconds: 0.3 }));
  clips.forEach((clip, i) => {
    const instants = Array.from({ length: 10 }, (_, k) => i * 0.3 + k / 10);
    expect(greyIndices(clip)).toEqual(instants.map((time) => shownAt(seconds, time)));
  });
  // The window at 4.2 s ends at 5.1 s and shows the frame of 5.04 s, the last: the next has nothing new.
  expect(clips.map(({ startSeconds }) => Number(startSeconds.toFixed(6))).at(-1)).toBe(4.2);
  expect(clips.at(-1)?.endSeconds).toBeLessThan(5.2);
  await video.close();
});

test('a video shorter than the window gives one window, filled with its last frame', async () => {
  const video = await openVideo(file('one-frame.mp4'));
  const clips = await collect(video.slide({ frames: 5, frameRate: 1, strideSeconds: 1 }));
  expect(clips.map(greyIndices)).toEqual([[0, 0, 0, 0, 0]]);
  await video.close();
});

describe('what is past the end, or before the start, is padding', () => {
  /** 10 s, 10 frames a second. */
  const open = () => openVideo(file('transport.ts'));

  test.each([
    { startSeconds: 0, padded: 0 },
    { startSeconds: 9, padded: 0 },
    { startSeconds: 9.5, padded: 0.5 },
    { startSeconds: 12, padded: 1 },
    { startSeconds: -0.3, padded: 0.3 },
    { startSeconds: -5, padded: 1 },
  ])('a clip of a second from $startSeconds s has $padded s of it', async ({ startSeconds, padded }) => {
    await using video = await open();
    const [clip] = await collect(video.readClips([{ startSeconds, frames: 10, frameRate: 10 }]));
    expect(clip?.paddedSeconds).toBeCloseTo(padded, 9);
  });

  test.each([
    { strideSeconds: 1, last: 9, padded: 0 },
    { strideSeconds: 2.375, last: 9.5, padded: 0.5 },
    // The window at 9.6 s would be padding for 0.6 s.
    { strideSeconds: 2.4, last: 7.2, padded: 0 },
  ])('a slide every $strideSeconds s ends with the window at $last s', async ({ strideSeconds, last, padded }) => {
    await using video = await open();
    const clips = await collect(video.slide({ frames: 10, frameRate: 10, strideSeconds }));
    expect(clips.at(-1)?.startSeconds).toBeCloseTo(last, 9);
    expect(clips.map(({ paddedSeconds }) => Number(paddedSeconds.toFixed(6)))).toEqual([
      ...clips.slice(1).map(() => 0),
      padded,
    ]);
  });

  test('the first window is there however short the video is', async () => {
    await using video = await openVideo(file('one-frame.mp4'));
    const clips = await collect(video.slide({ frames: 16, frameRate: 16, strideSeconds: 1 }));
    expect(clips).toHaveLength(1);
    expect(clips[0]?.paddedSeconds).toBeCloseTo(15 / 16, 9);
  });
});

test('a slide after windows read elsewhere begins at the start again', async () => {
  const video = await openVideo(file('transport.ts'));
  await collect(video.readClips([{ startSeconds: 8, frames: 2, frameRate: 1 }]));
  const [first] = await collect(video.slide({ frames: 100, frameRate: 10, strideSeconds: 100 }));
  expect(greyIndices(first as NonNullable<typeof first>)).toEqual(steady(100, 1));
  await video.close();
});

test('a file cut short after its index gives what is there, its real length and a warning', async () => {
  const path = file('cut.mp4');
  const frames = greyFrames(steady(100, 100));
  makeVideos([
    { path, frames, format: 'mp4', gop: 5, muxer: { movflags: 'faststart' }, ...h264, ...{ width: 320, height: 240 } },
  ]);
  truncateSync(path, Math.floor(statSync(path).size * 0.7));
  const video = await openVideo(path);
  const found = video.info.durationSeconds as number;
  expect(found).toBeGreaterThan(1);
  expect(found).toBeLessThan(9.5);
  const clips = await collect(video.slide({ frames: 10, frameRate: 10, strideSeconds: 1 }));
  expect(clips.length).toBeGreaterThanOrEqual(Math.floor(found));
  expect(video.warnings.join()).toMatch(/cut short/);
  await video.close();
});

test('a file damaged in the middle gives what can be decoded, and says so', async () => {
  const path = file('damaged.mkv');
  makeVideos([
    { path, frames: greyFrames(steady(100, 40)), format: 'matroska', gop: 10, ...h264, width: 320, height: 240 },
  ]);
  const bytes = readFileSync(path);
  for (let i = Math.floor(bytes.length * 0.4); i < bytes.length * 0.6; i += 3) bytes[i] = (i * 31) & 255;
  writeFileSync(path, bytes);
  const video = await openVideo(path);
  const clips = await collect(video.slide({ frames: 4, frameRate: 25, strideSeconds: 0.16 }));
  expect(clips.length).toBeGreaterThan(5);
  expect(greyIndices(clips[0] as NonNullable<(typeof clips)[0]>)).toEqual([0, 1, 2, 3]);
  expect(video.warnings.length).toBeGreaterThan(0);
  await video.close();
});

test('frames whose size changes come out in the size of the first', async () => {
  const frames = greyFrames([0, 1, 2]);
  const mjpeg = {
    format: 'mjpeg',
    codec: 'mjpeg',
    pixelFormat: 'yuvj420p',
    timeBase: [1, 25] as [number, number],
    frames,
  };
  makeVideos([
    { path: file('odd.mjpeg'), width: 33, height: 27, ...mjpeg },
    { path: file('large.mjpeg'), width: 120, height: 80, ...mjpeg },
  ]);
  writeFileSync(
    file('both.mjpeg'),
    Buffer.concat([readFileSync(file('odd.mjpeg')), readFileSync(file('large.mjpeg'))]),
  );
  const video = await openVideo(file('both.mjpeg'));
  expect(video.info).toMatchObject({ width: 33, height: 27 });
  expect(video.info.durationSeconds).toBeCloseTo(6 / 25, 9);
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 6, frameRate: 25 }]));
  const bytes = 33 * 27 * 3;
  for (let i = 0; i < 6; i++) {
    // Full range: the grey is the luma itself.
    const picture = clip?.data.subarray(i * bytes, (i + 1) * bytes) as Uint8Array;
    for (const value of picture) expect(Math.abs(value - (20 + (i % 3) * 2))).toBeLessThanOrEqual(2);
  }
  await video.close();
});

test('without any timestamps, frames follow one another, and their number says how long it lasts', async () => {
  const path = file('unstamped.ts');
  const frames = greyFrames(Array.from({ length: 30 }, (_, i) => i));
  makeVideos([{ path, format: 'mpegts', codec: 'mpeg2video', width: 64, height: 48, timeBase: [1, 25], frames }]);
  const bytes = readFileSync(path);
  const videoPacket = Buffer.from([0, 0, 1, 0xe0]);
  for (let at = bytes.indexOf(videoPacket); at >= 0; at = bytes.indexOf(videoPacket, at + 4)) {
    // Its flags say that there are no stamps, and their place is stuffing.
    bytes[at + 7] = (bytes[at + 7] as number) & 0x3f;
    bytes.fill(0xff, at + 9, at + 9 + (bytes[at + 8] as number));
  }
  writeFileSync(path, bytes);
  const video = await openVideo(path);
  expect(video.info.durationSeconds).toBeCloseTo(30 / 25, 9);
  const [clip] = await collect(video.readClips([{ startSeconds: 0.4, frames: 20, frameRate: 25 }]));
  expect(greyIndices(clip as VideoClip)).toEqual(Array.from({ length: 20 }, (_, i) => i + 10));
  await video.close();
});

describe('a file too large to be read whole when it is opened', () => {
  const large = { codec: 'rawvideo', width: 320, height: 240, gop: 1, timeBase: [1, 10] as [number, number] };
  const count = 117;
  beforeAll(() => {
    // 320 × 240 × 3/2 bytes a frame and three copies of each: 40 MB.
    const times = steady(count * 3, 1);
    const frames = times.map((pts) => ({ pts, y: 20 + Math.floor(pts / 3), u: 128, v: 128 }));
    makeVideos(['avi', 'matroska'].map((format) => ({ path: file(`large.${format}`), format, frames, ...large })));
  });

  const greyAt = (data: Uint8Array) => Math.round(((data[0] as number) * 219) / 255 + 16 - 20);

  test.each(['large.avi', 'large.matroska'])('%s', async (name) => {
    expect(statSync(file(name)).size).toBeGreaterThan(33e6);
    const video = await openVideo(file(name));
    expect(video.info.durationSeconds).toBeCloseTo(35.1, 1);
    const starts = [30, 3, 20];
    const clips = await collect(
      video.readClips(starts.map((startSeconds) => ({ startSeconds, frames: 1, frameRate: 1 }))),
    );
    expect(clips.map(({ data }) => greyAt(data))).toEqual(starts.map((start) => Math.floor((start * 10) / 3)));
    expect(video.warnings).toEqual([]);
    await video.close();
  });

  test('cut short', async () => {
    truncateSync(file('large.avi'), 36e6);
    const video = await openVideo(file('large.avi'));
    expect(video.info.durationSeconds).toBeCloseTo(Math.floor(36e6 / 115_200) / 10, 0);
    expect(video.warnings.join()).toMatch(/cut short: its header promises 35\.10 s/);
    const [clip] = await collect(video.readClips([{ startSeconds: 34, frames: 1, frameRate: 1 }]));
    expect(greyAt(clip?.data as Uint8Array)).toBeGreaterThan(100);
    await video.close();
  });
});

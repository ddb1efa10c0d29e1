import { join } from 'node:path';
import { frameWindows } from '../../lib/video/frameWindows';
import { openVideo } from '../../lib/video/openVideo';
import type { SlideWindows, TimedPicture, VideoClip } from '../../lib/video/types';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, greyFrames, greyIndices, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const { signal } = new AbortController();

/** What a picture shows is its number, as in `greyFrames`. */
function picture(index: number, timeSeconds: number, channels: 3 | 4 = 3): TimedPicture {
  const data = new Uint8Array(16 * 16 * channels).fill(Math.round(((4 + 2 * index) * 255) / 219));
  if (channels === 4) for (let at = 3; at < data.length; at += 4) data[at] = 9;
  return { data, width: 16, height: 16, timeSeconds };
}
const pictures = (times: number[], zero = 0, channels: 3 | 4 = 3) =>
  times.map((time, i) => picture(i, zero + time / 1000, channels));

const described = (clips: VideoClip[], zero = 0) =>
  clips.map((clip) => [
    Number((clip.startSeconds - zero).toFixed(6)),
    Number((clip.endSeconds - zero).toFixed(6)),
    ...greyIndices(clip),
  ]);

const regular = Array.from({ length: 31 }, (_, i) => i * 40);
const irregular = regular.map((time, i) => time + (i % 3 === 1 ? 13 : 0) + (i > 20 ? 400 : 0));

test.each([
  ['regular', regular, { frames: 4, frameRate: 10, strideSeconds: 0.4 }],
  ['regular', regular, { frames: 4, frameRate: 25, strideSeconds: 0.1 }],
  ['regular', regular, { frames: 8, frameRate: 60, strideSeconds: 0.3 }],
  ['regular', regular, { frames: 1, frameRate: 5, strideSeconds: 0.07 }],
  ['regular', regular, { frames: 50, frameRate: 10, strideSeconds: 5 }],
  ['irregular', irregular, { frames: 4, frameRate: 10, strideSeconds: 0.25 }],
  ['irregular', irregular, { frames: 3, frameRate: 7, strideSeconds: 0.9 }],
] as [string, number[], SlideWindows][])('%s frames give the windows of a video: %#', async (name, times, windows) => {
  const path = join(folder, `${name}.mkv`);
  const frames = greyFrames(times);
  makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames }]);
  const video = await openVideo(path);
  const slid = described(await collect(video.slide(windows)));
  await video.close();
  // The last frame's length is the file's own to know, where there is a file.
  const withoutEnds = (all: number[][]) => all.map(([start, , ...shown]) => [start, ...shown]);
  for (const channels of [3, 4] as const) {
    const own = described(await collect(frameWindows(pictures(times, 0, channels), windows, signal)));
    expect(withoutEnds(own)).toEqual(withoutEnds(slid));
  }
  // By a clock that began long before.
  const zero = 1.7e9;
  const late = described(await collect(frameWindows(pictures(times, zero), windows, signal)), zero);
  expect(withoutEnds(late).map(([, ...shown]) => shown)).toEqual(withoutEnds(slid).map(([, ...shown]) => shown));
});

test('a single frame is a window; the last one lasts as long as the one before', async () => {
  const windows = { frames: 2, frameRate: 10, strideSeconds: 0.2 };
  expect(described(await collect(frameWindows(pictures([0]), windows, signal)))).toEqual([[0, 0.1, 0, 0]]);
  expect(described(await collect(frameWindows(pictures([0, 50]), windows, signal)))).toEqual([[0, 0.1, 0, 1]]);
  expect(await collect(frameWindows([], windows, signal))).toEqual([]);
});

test.each([
  [[0, 100, 200, 300, 60_300], 60.4],
  [[0, 100, 60_000], 60.1],
  [[0, 110, 220, 300], 0.38],
])('the last one does not stay for as long as a pause before it: %j', async (times, end) => {
  const windows = { frames: 3, frameRate: 20, strideSeconds: 0.15 };
  const clips = await collect(frameWindows(pictures(times), windows, signal));
  expect(clips.at(-1)?.endSeconds).toBeCloseTo(end, 6);
});

test('a window comes as soon as the frame after it, and no frame is asked for before it is taken', async () => {
  let asked = 0;
  const buffer = picture(0, 0);
  const source = (async function* () {
    // One array for all, as cameras do.
    for (; ; asked++) {
      buffer.data.set(picture(asked % 100, 0).data);
      yield { ...buffer, timeSeconds: asked / 10 };
    }
  })();
  const clips = frameWindows(source, { frames: 3, frameRate: 10, strideSeconds: 0.3 }, signal);
  expect(greyIndices((await clips.next()).value as VideoClip)).toEqual([0, 1, 2]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked).toBe(3);
  expect(greyIndices((await clips.next()).value as VideoClip)).toEqual([3, 4, 5]);
  expect(asked).toBe(6);
  await clips.return();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await source.next()).done).toBe(true);
});

test('a camera that gives no more can be aborted', async () => {
  let told = false;
  const source: AsyncIterable<TimedPicture> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        told = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const windows = { frames: 3, frameRate: 10, strideSeconds: 0.3 };
  const error = await failureOf(collect(frameWindows(source, windows, AbortSignal.timeout(30))));
  expect(error.code).toBe('ERR_ABORTED');
  expect(told).toBe(true);
});

const good = picture(0, 0);
test.each([
  [
    [good, { ...picture(0, 1), width: 8 }],
    'ERR_CLIP_SHAPE',
    /every frame to be 16×16, as the first, but received one of 8×16/,
  ],
  [[{ ...good, data: new Uint8Array(5) }], 'ERR_CLIP_SHAPE', /768 or 1024 bytes, in `frame.data` but received 5/],
  [[{ ...good, width: 0 }], 'ERR_CLIP_SHAPE', /`width` and `height`/],
  [[{ ...good, width: 1e6, height: 1e6 }], 'ERR_CLIP_SHAPE', /at most/],
  [[{ ...good, data: [1, 2] }], 'ERR_CLIP_DATA', /`frame.data`.*\[ 1, 2 \]/],
  [[null], 'ERR_CLIP_DATA', /a frame \{ data, width, height, timeSeconds \} but received null/],
  [[{ ...good, timeSeconds: Number.NaN }], 'ERR_INVALID_ARGUMENT', /`frame.timeSeconds`.*NaN/],
  [[picture(0, 2), picture(1, 1)], 'ERR_INVALID_ARGUMENT', /at or after the 2 of the frame before but received 1/],
])('refused: %#', async (frames, code, message) => {
  const windows = { frames: 3, frameRate: 10, strideSeconds: 0.3 };
  const error = await failureOf(collect(frameWindows(frames as TimedPicture[], windows, signal)));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});

test('what the source throws is the cause', async () => {
  const broken = (async function* () {
    yield good;
    throw new Error('unplugged');
  })();
  const error = await failureOf(collect(frameWindows(broken, { frames: 3, frameRate: 10, strideSeconds: 1 }, signal)));
  expect(error).toMatchObject({ code: 'ERR_CLIP_DATA', cause: { message: 'unplugged' } });
});

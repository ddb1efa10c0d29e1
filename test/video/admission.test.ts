import * as childProcess from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DecoderOperation } from '../../lib/video/decoderOperation';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import type { SlideWindows, VideoClip, VideoReader } from '../../lib/video/types';
import { Decoders } from '../support/decoders';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, frameHashes, greyFrames, greyIndices, makeVideos, realFile } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});
jest.mock('../../lib/video/limits', () => {
  const { videoLimits } = jest.requireActual('../../lib/video/limits');
  return { videoLimits: { ...videoLimits, maxDecoders: 2 } };
});

const folder = temporaryFolder();
const decoders = new Decoders(jest.mocked(childProcess.spawn));
const usual = { ...videoLimits };
const greys = join(folder, 'greys.mkv');
const times = Array.from({ length: 100 }, (_, i) => i * 100);

beforeAll(() => {
  const frames = greyFrames(times);
  makeVideos([{ path: greys, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames }]);
});

afterEach(() => {
  Object.assign(videoLimits, usual);
  expect(decoders.most).toBeLessThanOrEqual(2);
});

const frameAt = (index: number) => [{ startSeconds: index / 10, frames: 1, frameRate: 10 }];
const slide: SlideWindows = { frames: 2, frameRate: 10, strideSeconds: 0.2 };

async function shownAt(video: VideoReader, index: number): Promise<number[]> {
  const [clip] = await collect(video.readClips(frameAt(index)));
  return greyIndices(clip as VideoClip);
}

/** Iterations that have begun and are not finished. */
async function begun(count: number) {
  const readers = await Promise.all(Array.from({ length: count }, () => openVideo(greys)));
  const iterations = readers.map((video) => video.slide(slide)[Symbol.asyncIterator]());
  for (const clips of iterations) await clips.next();
  return { readers, iterations, close: () => Promise.all(readers.map((video) => video.close())) };
}

/** No place was lost, and none given back twice: two readers get one, and a third does not. */
async function expectTwoPlaces(): Promise<void> {
  videoLimits.patienceMs = 60_000;
  const { close } = await begun(2);
  expect((await failureOf(openVideo(greys, { signal: AbortSignal.timeout(200) }))).code).toBe('ERR_ABORTED');
  await close();
}

test('readers that are kept open give way to the next, and go on when they are asked', async () => {
  const readers: VideoReader[] = [];
  for (let i = 0; i < 6; i++) readers.push(await openVideo(greys));
  for (let round = 0; round < 3; round++) {
    for (const [i, video] of readers.entries()) expect(await shownAt(video, 7 * i + round)).toEqual([7 * i + round]);
  }
  const all = await Promise.all(readers.map((video, i) => shownAt(video, 11 * i)));
  expect(all).toEqual(readers.map((_, i) => [11 * i]));
  await Promise.all(readers.map((video) => video.close()));
  await expectTwoPlaces();
});

test.each([
  ['archery.avi', { frames: 4, frameRate: 12, strideSeconds: 0.7 }],
  ['rotated.mp4', { frames: 3, frameRate: 10, strideSeconds: 0.35 }],
  ['newtons_cradle.gif', { frames: 4, frameRate: 10, strideSeconds: 0.3 }],
  ['variable_rate.mp4', { frames: 5, frameRate: 7, strideSeconds: 0.9 }],
])('three iterations of %s in turn give what one alone gives', async (name, windows) => {
  const alone = await openVideo(realFile(name));
  const described = (clips: VideoClip[]) =>
    clips.map((clip) => [clip.startSeconds, clip.endSeconds, ...frameHashes(clip)]);
  const slid = (await collect(alone.slide(windows))).slice(0, 8);
  const starts = slid.map(({ startSeconds }) => ({ ...windows, startSeconds })).reverse();
  const cut = await collect(alone.readClips(starts));
  await alone.close();
  videoLimits.patienceMs = 0;
  const readers = await Promise.all([0, 1, 2].map(() => openVideo(realFile(name))));
  const iterations = readers.map((video, i) =>
    (i === 0 ? video.readClips(starts) : video.slide(windows))[Symbol.asyncIterator](),
  );
  const seen: VideoClip[][] = [[], [], []];
  for (let step = 0; step < slid.length; step++) {
    for (const [i, clips] of iterations.entries()) seen[i]?.push((await clips.next()).value as VideoClip);
  }
  await Promise.all(readers.map((video) => video.close()));
  expect(seen.map(described)).toEqual([cut, slid, slid].map(described));
});

test('an iteration in the middle keeps its decoder for a while, then gives way, and keeps its place in the line', async () => {
  videoLimits.patienceMs = 400;
  const { iterations, close } = await begun(2);
  const came = performance.now();
  const order: string[] = [];
  const third = (async () => {
    const video = await openVideo(greys);
    order.push('third');
    expect(performance.now() - came).toBeGreaterThan(300);
    await video.slide(slide)[Symbol.asyncIterator]().next();
    return video;
  })();
  const taken = await third;
  videoLimits.patienceMs = 60_000;
  const fourth = openVideo(greys).then((video) => {
    order.push('fourth');
    return video;
  });
  await delay(50);
  // The first has given way to the third. It comes before the fourth, who has waited for longer, and where it was.
  const again = iterations[0]?.next().then(({ value }) => {
    order.push('first');
    return greyIndices(value as VideoClip);
  });
  await taken.close();
  expect(await again).toEqual([2, 3]);
  await close();
  await (await fourth).close();
  expect(order).toEqual(['third', 'first', 'fourth']);
});

test('in the order of their coming', async () => {
  videoLimits.patienceMs = 60_000;
  const { readers, close } = await begun(2);
  const order: number[] = [];
  const waiting = [];
  for (let i = 0; i < 6; i++) {
    waiting.push(
      openVideo(greys).then(async (video) => {
        order.push(i);
        await video.slide(slide)[Symbol.asyncIterator]().next();
        return video;
      }),
    );
    // Its file has been looked at, so it stands in the line.
    await delay(20);
  }
  await readers[0]?.close();
  for (const opening of waiting) await (await opening).close();
  await close();
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
});

test('abort while waiting leaves the line', async () => {
  videoLimits.patienceMs = 60_000;
  const { iterations, close } = await begun(2);
  const controller = new AbortController();
  const aborted = failureOf(openVideo(greys, { signal: controller.signal }));
  const other = openVideo(greys);
  await delay(50);
  controller.abort('enough');
  expect(await aborted).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
  await iterations[0]?.return?.();
  await (await other).close();
  await close();
  await expectTwoPlaces();
});

test('a reader that waits for a decoder again can be aborted and closed', async () => {
  const first = await openVideo(greys);
  const second = await openVideo(greys);
  const { close } = await begun(2);
  videoLimits.patienceMs = 60_000;
  const controller = new AbortController();
  const aborted = failureOf(collect(first.readClips(frameAt(3), { signal: controller.signal })));
  const closed = failureOf(collect(second.readClips(frameAt(3))));
  await delay(50);
  controller.abort();
  expect((await aborted).code).toBe('ERR_ABORTED');
  await second.close();
  expect((await closed).code).toBe('ERR_DISPOSED');
  await close();
  expect(await shownAt(first, 5)).toEqual([5]);
  await first.close();
  await expectTwoPlaces();
});

test('closing right after a clip was asked for ends all', async () => {
  const { readers, iterations } = await begun(2);
  const [video, other] = readers as [VideoReader, VideoReader];
  const [clips, others] = iterations as [AsyncGenerator<VideoClip>, AsyncGenerator<VideoClip>];
  const asked = failureOf(clips.next());
  await video.close();
  expect((await asked).code).toBe('ERR_DISPOSED');
  const askedBefore = failureOf(others.next());
  const returned = others.return(undefined);
  await other.close();
  expect((await askedBefore).code).toBe('ERR_DISPOSED');
  expect((await returned).done).toBe(true);
  await expectTwoPlaces();
});

test('so does closing at any moment after the file was opened once more', async () => {
  Object.assign(videoLimits, { patienceMs: 0, idleMs: 10 });
  const { prototype } = DecoderOperation;
  const { onReply } = prototype;
  let opened = () => {};
  const watch = jest.spyOn(prototype, 'onReply').mockImplementation(function (this: DecoderOperation, ...reply) {
    onReply.apply(this, reply);
    if (reply[0].type === 'done' && this.opened !== null) opened();
  });
  for (let steps = 0; steps < 12; steps++) {
    const video = await openVideo(greys);
    const others = await begun(2);
    await others.close();
    const closed = new Promise<void>((resolve) => {
      opened = async () => {
        opened = () => {};
        for (let step = 0; step < steps; step++) await Promise.resolve();
        resolve(video.close());
      };
    });
    expect((await failureOf(collect(video.slide(slide)))).code).toBe('ERR_DISPOSED');
    await closed;
    // All are without work now, and end; one that was kept would not.
    await delay(50);
    expect(decoders.alive.length).toBe(0);
  }
  watch.mockRestore();
  await expectTwoPlaces();
});

test('one that waits is given one decoder, however long it takes to come', async () => {
  const { close } = await begun(2);
  const { prototype } = DecoderOperation;
  const { stop } = prototype;
  const stops = jest.spyOn(prototype, 'stop').mockImplementation(async function (this: DecoderOperation) {
    await delay(200);
    await stop.call(this);
  });
  videoLimits.patienceMs = 0;
  const third = await openVideo(greys);
  expect(stops).toHaveBeenCalledTimes(1);
  stops.mockRestore();
  await Promise.all([third.close(), close()]);
  await expectTwoPlaces();
});

test('a decoder that is killed gives its place to who waits, once', async () => {
  videoLimits.patienceMs = 60_000;
  const { iterations, close } = await begun(2);
  const waiting = Array.from({ length: 4 }, () =>
    openVideo(greys).then((video) => collect(video.slide(slide)).finally(() => video.close())),
  );
  await delay(50);
  expect(decoders.alive.length).toBe(2);
  decoders.alive[0]?.kill('SIGKILL');
  const outcomes = await Promise.allSettled(
    iterations.map(async (clips) => {
      while (!(await clips.next()).done);
    }),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await Promise.all(waiting)).map((clips) => clips.length)).toEqual([50, 50, 50, 50]);
  // The dead one's reader is closed only now, which gives nothing back again.
  await close();
  await expectTwoPlaces();
});

test('a failed open and one that is aborted give their places back, once', async () => {
  const failures = await Promise.all(Array.from({ length: 5 }, () => failureOf(openVideo(realFile('corrupt.mkv')))));
  expect(failures.map(({ code }) => code)).toEqual(Array(5).fill('ERR_VIDEO_OPEN'));
  for (const wait of [0, 1, 5, 20, 60]) {
    const opening = Array.from({ length: 4 }, () =>
      openVideo(realFile('full_range.mp4'), { signal: AbortSignal.timeout(wait) }),
    );
    for (const outcome of await Promise.allSettled(opening))
      if (outcome.status === 'fulfilled') await outcome.value.close();
  }
  await expectTwoPlaces();
});

test('decoders that are killed without work take no place with them', async () => {
  await (await begun(2)).close();
  const [first, second] = decoders.alive;
  first?.kill('SIGKILL');
  await delay(100);
  // Of this one nobody has heard yet when the next comes.
  second?.kill('SIGKILL');
  await expectTwoPlaces();
});

test('a file that has become another one meanwhile is refused', async () => {
  const path = join(folder, 'changes.mp4');
  copyFileSync(realFile('rotated.mp4'), path);
  const video = await openVideo(path);
  const { close } = await begun(2);
  copyFileSync(realFile('variable_rate.mp4'), path);
  const error = await failureOf(collect(video.readClips(frameAt(0))));
  expect(error.code).toBe('ERR_VIDEO_OPEN');
  expect(error.message).toMatch(/changes\.mp4.*changed/);
  await Promise.all([video.close(), close()]);
  await expectTwoPlaces();
});

test('waiting for a decoder that an idle reader has keeps the process running', () => {
  const script = `
    require(${JSON.stringify(require.resolve('../../dist/video/limits.js'))}).videoLimits.maxDecoders = 1;
    const { openVideo } = require(${JSON.stringify(require.resolve('../../dist/video/openVideo.js'))});
    (async () => {
      const [path] = process.argv.slice(1);
      const kept = await openVideo(path);
      await kept.slide({ frames: 1, frameRate: 10, strideSeconds: 1 })[Symbol.asyncIterator]().next();
      await openVideo(path);
      console.log('opened');
    })();`;
  const { status, stdout, stderr } = childProcess.spawnSync(process.execPath, ['-e', script, greys], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'opened\n', stderr: '' });
});

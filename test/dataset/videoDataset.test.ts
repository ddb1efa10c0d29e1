import * as childProcess from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import { openClipCache } from '../../lib/dataset/cache/openClipCache';
import { ClipLoader } from '../../lib/dataset/clips/clipLoader';
import { VideoDataset } from '../../lib/dataset/clips/videoDataset';
import type { VideoDatasetOptions } from '../../lib/dataset/options';
import type { ClipCache, ClipRequest, VideoSample } from '../../lib/dataset/types';
import type { ModelInput } from '../../lib/model/types';
import { openDecodedVideo } from '../../lib/video/openVideo';
import { inputOf } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { greyFrames, makeVideos, realFile } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});
const spawn = jest.mocked(childProcess.spawn);
jest.mock('../../lib/video/openVideo', () => {
  const real = jest.requireActual('../../lib/video/openVideo');
  return { ...real, openDecodedVideo: jest.fn(real.openDecodedVideo) };
});
const opened = jest.mocked(openDecodedVideo);

const folder = temporaryFolder();
const input = inputOf({ frames: 8, height: 56, width: 56, resize: [64, 86] });
const sampleOf = (file: string, more: Partial<VideoSample> = {}): VideoSample => ({
  path: file.startsWith('/') ? file : realFile(file),
  labels: [0],
  group: null,
  split: null,
  fold: null,
  startSeconds: null,
  endSeconds: null,
  isFrames: false,
  ...more,
});
const request = (mode: ClipRequest['mode'], ...keys: number[]): ClipRequest => ({
  mode,
  epoch: 0,
  random: seededRandom(...keys),
});
const datasetOf = (
  samples: VideoSample[],
  override: Partial<ModelInput> = {},
  more: Partial<VideoDatasetOptions> = {},
) => new VideoDataset(['a', 'b'], samples, { input: { ...input, ...override }, ...more });

/** Grey video of 10 frames a second, 4×4 pixels: which of its frames each frame of a clip is. */
const greys = join(folder, 'greys.mkv');
const greyInput = { resize: [4, 4] as [number, number], frameRate: 10, frames: 4 };
// Plus 0, because -0 and 0 are different to toEqual.
const greyFramesOf = ({ data }: RgbClip) =>
  Array.from(
    { length: data.length / 48 },
    (_, i) => Math.round((((data[i * 48] as number) * 219) / 255 + 16 - 20) / 2) + 0,
  );
beforeAll(() => {
  const frames = greyFrames(Array.from({ length: 30 }, (_, i) => i * 100));
  makeVideos([{ path: greys, format: 'matroska', codec: 'ffv1', width: 4, height: 4, frames }]);
});

describe('real files', () => {
  test('clips have the size that resize gives, and are the same on every evaluation', async () => {
    const dataset = datasetOf([sampleOf('archery.avi')]);
    const clip = await dataset.clip(0, request('evaluate', 1));
    expect(clip).toMatchObject({ frames: 8, height: 64, width: 86 });
    expect(clip.data.length).toBe(8 * 64 * 86 * 3);
    expect(new Set(clip.data).size).toBeGreaterThan(50);
    expect((await dataset.clip(0, request('evaluate', 2))).data).toEqual(clip.data);
  });

  test('training starts at a time that the random numbers give', async () => {
    const dataset = datasetOf([sampleOf('archery.avi')]);
    const clip = await dataset.clip(0, request('train', 1));
    expect((await dataset.clip(0, request('train', 1))).data).toEqual(clip.data);
    expect((await dataset.clip(0, request('train', 2))).data).not.toEqual(clip.data);
  });

  test('an abort ends the decoding', async () => {
    const dataset = datasetOf([sampleOf('archery.avi')]);
    const controller = new AbortController();
    const clip = dataset.clip(0, { ...request('train', 1), signal: controller.signal });
    controller.abort();
    await expect(clip).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('with only a short side, wide and upright files give squares, and views in their own shape', async () => {
    const dataset = datasetOf([sampleOf('archery.avi'), sampleOf('rotated.mp4')], { resize: [64] });
    const shapes = [
      { frames: 8, height: 64, width: 85 },
      { frames: 8, height: 85, width: 64 },
    ];
    for (const [index, shape] of shapes.entries()) {
      expect(await dataset.clip(index, request('train', 3))).toMatchObject({ frames: 8, height: 64, width: 64 });
      expect((await dataset.views(index, 2))[1]).toMatchObject(shape);
    }
  });

  test('broken files are skipped and named, and too many of them end the epoch', async () => {
    const good = Array.from({ length: 6 }, () => sampleOf('vp8.webm'));
    const samples = [sampleOf('corrupt.mkv'), ...good, sampleOf('truncated.avi'), sampleOf('not_a_video.mp4')];
    const batches = async (maxSkippedShare: number) => {
      const loader = new ClipLoader(datasetOf(samples), { batchSize: 3, seed: 0, maxSkippedShare });
      const names = [];
      for await (const batch of loader.epoch('train', 0)) names.push(...batch.names);
      return { names, skipped: loader.skipped };
    };
    const { names, skipped } = await batches(0.3);
    // Seven are good, and six fill two batches.
    expect(names.length).toBe(6);
    expect(skipped.map(({ name }) => name).sort()).toEqual([realFile('corrupt.mkv'), realFile('not_a_video.mp4')]);
    const failure = await batches(0.05).catch((error) => error);
    expect(failure.code).toBe('ERR_DATASET');
    for (const file of ['corrupt.mkv', 'not_a_video.mp4']) expect(failure.message).toContain(file);
  });
});

describe('time', () => {
  const clipOf = async (dataset: VideoDataset, mode: ClipRequest['mode'] = 'evaluate', seed = 0) =>
    greyFramesOf(await dataset.clip(0, request(mode, seed)));

  test('evaluation takes the middle, views are spread', async () => {
    const dataset = datasetOf([sampleOf(greys)], greyInput);
    expect(await clipOf(dataset)).toEqual([13, 14, 15, 16]);
    expect((await dataset.views(0, 3)).map(greyFramesOf)).toEqual([
      [0, 1, 2, 3],
      [13, 14, 15, 16],
      [26, 27, 28, 29],
    ]);
    expect(await clipOf(datasetOf([sampleOf(greys)], { ...greyInput, sampling: 'segment' }))).toEqual([3, 11, 18, 26]);
    expect(await clipOf(datasetOf([sampleOf(greys)], greyInput, { stride: 5 }))).toEqual([5, 10, 15, 20]);
  });

  test('a stride goes with dense sampling alone', () => {
    const attempt = () => datasetOf([sampleOf(greys)], { ...greyInput, sampling: 'segment' }, { stride: 2 });
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(attempt).toThrow("expected `stride` to be 1 with the sampling 'segment'");
  });

  test('a sample that is a part of its video stays within it', async () => {
    const part = sampleOf(greys, { startSeconds: 1.2, endSeconds: 2 });
    expect(await clipOf(datasetOf([part], greyInput))).toEqual([14, 15, 16, 17]);
    const seen = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      for (const frame of await clipOf(datasetOf([part], greyInput), 'train', seed)) seen.add(frame);
    }
    expect([Math.min(...seen), Math.max(...seen)]).toEqual([12, 19]);
    const late = datasetOf([sampleOf(greys, { startSeconds: 5 })], greyInput);
    expect(late.nameOf(0)).toBe(`${greys} from 5 s`);
    await expect(late.clip(0, request('train', 0))).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('ends at 3.00 s'),
    });
  });

  test('a folder of pictures is sampled at its own rate', async () => {
    const path = join(folder, 'pictures');
    mkdirSync(path);
    const jpeg = { format: 'mjpeg', codec: 'mjpeg', width: 4, height: 4, pixelFormat: 'yuvj420p' };
    const files = Array.from({ length: 12 }, (_, i) => {
      const y = Math.round(((20 + i * 2 - 16) * 255) / 219);
      return { ...jpeg, path: join(path, `${i}.jpg`), frames: [{ pts: 0, y, u: 128, v: 128 }] };
    });
    makeVideos(files);
    const frames = sampleOf(path, { isFrames: true });
    expect(await clipOf(datasetOf([frames], { ...greyInput, frameRate: 25 }))).toEqual([4, 5, 6, 7]);
    expect(await clipOf(datasetOf([frames], greyInput, { pictureRate: 20 }))).toEqual([2, 4, 6, 8]);
  });
});

describe('the cache', () => {
  const memory = () => openClipCache({ where: 'memory' });
  const disk = () => openClipCache({ where: 'disk', folder: join(folder, 'cache') });
  const small = () => openClipCache({ where: 'memory', maxBytes: 1000 });
  const speed = { stride: 2, speed: [0.7, 1.4] } as const;
  test.each([
    ['in memory, dense', memory, {}, {}],
    ['in memory, by segment, short side', memory, { sampling: 'segment', resize: [64] } as Partial<ModelInput>, {}],
    ['on disk, with stride and speed', disk, {}, speed],
    ['too small, with stride and speed', small, {}, speed],
  ])('%s: the same bytes as without', async (_, cache, override, more) => {
    const samples = [sampleOf('archery.avi'), sampleOf('variable_rate.mp4', { startSeconds: 1, endSeconds: 3 })];
    const plain = datasetOf(samples, override, more);
    const cached = datasetOf(samples, override, { ...more, cache: await cache() });
    for (const index of [0, 1]) {
      for (const seed of [5, 6, 5]) {
        const [ours, theirs] = await Promise.all([cached, plain].map((one) => one.clip(index, request('train', seed))));
        expect(Buffer.from(ours?.data ?? []).equals(Buffer.from(theirs?.data ?? []))).toBe(true);
      }
      const [ours, theirs] = await Promise.all([cached, plain].map((one) => one.views(index, 3)));
      expect(ours?.length).toBe(3);
      expect(ours).toEqual(theirs);
    }
  });

  test('holds what was decoded: the second epoch opens no file', async () => {
    const path = join(folder, 'goes.mkv');
    makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 4, height: 4, frames: greyFrames([0, 100, 200]) }]);
    const cache = await openClipCache();
    const dataset = datasetOf([sampleOf(path)], greyInput, { cache });
    const clip = await dataset.clip(0, request('train', 0));
    writeFileSync(path, 'gone');
    expect(await dataset.clip(0, request('train', 0))).toEqual(clip);
    // Another dataset sees that the file has changed.
    const other = datasetOf([sampleOf(path)], greyInput, { cache });
    await expect(other.clip(0, request('train', 0))).rejects.toMatchObject({ code: 'ERR_VIDEO_OPEN' });
  });

  test('does not hold a long video, of which windows are decoded', async () => {
    const cache = (await openClipCache()) as ClipCache;
    const write = jest.spyOn(cache, 'write');
    const read = async (frameRate: number) =>
      greyFramesOf(
        await datasetOf([sampleOf(greys)], { ...greyInput, frameRate }, { cache }).clip(0, request('evaluate')),
      );
    // 3 s are 600 frames, and 603.
    await read(200);
    expect(write).toHaveBeenCalledTimes(1);
    expect(await read(201)).toEqual([14, 14, 14, 15]);
    expect(write).toHaveBeenCalledTimes(1);
  });
});

describe('several datasets of the same samples', () => {
  const inputs: Partial<ModelInput>[] = [
    {},
    { frames: 5, frameRate: 7.3, resize: [40], antialias: true },
    { frames: 6, sampling: 'segment' },
  ];

  test('see the very frames that each sees alone, of a video that is decoded once', async () => {
    const samples = [
      sampleOf('archery.avi'),
      sampleOf('rotated.mp4', { startSeconds: 0.4, endSeconds: 1.3 }),
      sampleOf('variable_rate.mp4'),
    ];
    const datasets = inputs.map((own) => datasetOf(samples, own));
    for (const index of samples.keys()) {
      const alone = await Promise.all(datasets.map((dataset) => dataset.views(index, 3)));
      opened.mockClear();
      const together = await VideoDataset.sharedViews(datasets, index, 3);
      expect(opened).toHaveBeenCalledTimes(1);
      expect(together.map((views) => views.map(({ data: _, ...shape }) => shape))).toEqual(
        alone.map((views) => views.map(({ data: _, ...shape }) => shape)),
      );
      for (const [own, views] of together.entries()) {
        for (const [place, { data }] of views.entries()) {
          expect(Buffer.compare(data, alone[own]?.[place]?.data as Uint8Array)).toBe(0);
        }
      }
    }
  });

  test('a long span comes in pieces, of which each has the frames that are its own', async () => {
    const samples = [sampleOf(greys)];
    const datasets = [
      datasetOf(samples, greyInput),
      datasetOf(samples, { ...greyInput, frameRate: 5, frames: 2, resize: [4] }),
    ];
    // As if every frame were a piece.
    const real = jest.requireActual('../../lib/video/openVideo').openDecodedVideo;
    opened.mockImplementation(async (...args) => {
      const video = await real(...args);
      jest.spyOn(video, 'frameSize', 'get').mockReturnValue({ width: 4000, height: 2800 });
      return video;
    });
    const together = await VideoDataset.sharedViews(datasets, 0, 2);
    opened.mockImplementation(real);
    expect(together.map((views) => views.map(greyFramesOf))).toEqual([
      [
        [0, 1, 2, 3],
        [26, 27, 28, 29],
      ],
      [
        [0, 2],
        [26, 28],
      ],
    ]);
  });
});

describe('a decoder process that is killed', () => {
  /** Kills the next `times` decoder processes, as soon as they have said something or before. */
  const killNext = (times: number, when: 'running' | 'starting' = 'running') => {
    const real = jest.requireActual('node:child_process').spawn;
    let left = times;
    spawn.mockImplementation((...args: unknown[]) => {
      const child = real(...args);
      const kill = () => child.kill('SIGKILL');
      if (left-- > 0) when === 'starting' ? kill() : child.stdio[3].once('data', kill);
      return child;
    });
  };
  afterEach(() => {
    spawn.mockImplementation(jest.requireActual('node:child_process').spawn);
  });
  /** Decoders kept for the next video would not be started anew. */
  const killIdle = async () => {
    for (const { value } of spawn.mock.results) (value as childProcess.ChildProcess).kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  /** One clip at a time: the first processes are the first clip's. */
  const run = async () => {
    const samples = Array.from({ length: 30 }, () => sampleOf('vp8.webm'));
    const loader = new ClipLoader(datasetOf(samples), { batchSize: 5, seed: 0, concurrency: 1 });
    let clips = 0;
    for await (const batch of loader.epoch('evaluate', 0)) clips += batch.batch;
    return { clips, skipped: loader.skipped };
  };

  test('once costs nothing', async () => {
    await killIdle();
    killNext(1);
    expect(await run()).toEqual({ clips: 30, skipped: [] });
  });

  test('before it is ready, once, costs nothing', async () => {
    await killIdle();
    killNext(1, 'starting');
    expect(await run()).toEqual({ clips: 30, skipped: [] });
  });

  test('before it is ready, again, ends the run and is no fault of the video', async () => {
    await killIdle();
    killNext(2, 'starting');
    await expect(run()).rejects.toMatchObject({ code: 'ERR_VIDEO_DECODER' });
  });

  test('again with the same file costs that clip, not the run', async () => {
    await killIdle();
    killNext(2);
    expect(await run()).toEqual({
      clips: 29,
      skipped: [{ index: 0, name: realFile('vp8.webm'), reason: expect.stringContaining('was ended by SIGKILL') }],
    });
  });
});

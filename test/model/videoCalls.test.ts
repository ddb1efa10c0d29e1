import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clip } from '../../lib/clip/types';
import { classifyStream } from '../../lib/model/classifyStream';
import { classifyVideo } from '../../lib/model/classifyVideo';
import type { ClipClassifier } from '../../lib/model/clipClassifier';
import { loadModel } from '../../lib/model/loadModel';
import { VideoCalls } from '../../lib/model/videoCalls';
import type { VideoModel } from '../../lib/model/videoModel';
import type { TimedPicture } from '../../lib/video/types';
import { fixtureInput, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, greyFrames, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const video = join(folder, 'greys.mkv');
const labels = ['a', 'b'];

beforeAll(() => {
  const frames = greyFrames(Array.from({ length: 40 }, (_, i) => i * 100));
  makeVideos([{ path: video, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames }]);
});

function classifierOf(videos: VideoCalls, probabilities: ClipClassifier['probabilities']): ClipClassifier {
  return { inputs: [fixtureInput], labels, videos, probabilities };
}
const answer = async () => Float32Array.of(0.25, 0.75);

test('a thousand videos at once: those beyond the bound are refused at once, and every one is counted', async () => {
  const videos = new VideoCalls(20);
  const classifier = classifierOf(videos, answer);
  const calls = Array.from({ length: 1000 }, () => classifyVideo(classifier, video, { clips: 1 }));
  expect(videos.counts).toMatchObject({ waiting: 20, running: 0, refused: 980 });
  const outcomes = await Promise.allSettled(calls);
  expect(videos.counts).toEqual({ waiting: 0, running: 0, completed: 20, failed: 0, cancelled: 0, refused: 980 });
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array(20).fill('fulfilled'),
    ...Array(980).fill('rejected'),
  ]);
  const error = (outcomes.at(-1) as PromiseRejectedResult).reason;
  expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', message: expect.stringContaining('at most 20 videos') });
});

test('what becomes of a video is counted', async () => {
  const videos = new VideoCalls(5);
  const classifier = classifierOf(videos, answer);
  await failureOf(classifyVideo(classifier, join(folder, 'none.mp4')));
  expect(videos.counts).toMatchObject({ failed: 1, running: 0, waiting: 0 });
  const controller = new AbortController();
  // Answers when it is aborted, which is once it was seen to run.
  const held = classifierOf(videos, async () => {
    expect(videos.counts).toMatchObject({ waiting: 0, running: 1 });
    controller.abort();
    return answer();
  });
  expect((await failureOf(classifyVideo(held, video, { signal: controller.signal }))).code).toBe('ERR_ABORTED');
  await failureOf(classifyVideo(classifier, video, { signal: AbortSignal.abort() }));
  expect(videos.counts).toMatchObject({ cancelled: 2, running: 0, waiting: 0 });
  for await (const _ of classifyStream(classifier, video)) break;
  expect(videos.counts).toEqual({ waiting: 0, running: 0, completed: 1, failed: 1, cancelled: 2, refused: 0 });
});

test('a stream that is left does not count for ever', async () => {
  const videos = new VideoCalls(1);
  const classifier = classifierOf(videos, answer);
  const left = classifyStream(classifier, video);
  await left.next();
  expect(videos.counts.running).toBe(1);
  expect((await failureOf(classifyVideo(classifier, video))).code).toBe('ERR_QUEUE_FULL');
  while (videos.counts.running > 0) await delay(20);
  await classifyVideo(classifier, video, { clips: 1 });
  // Asked again it goes on, and counts.
  const next = left.next();
  expect(videos.counts.running).toBe(1);
  expect((await next).done).toBe(false);
  await left.return();
  expect(videos.counts).toMatchObject({ waiting: 0, running: 0, completed: 2, refused: 1 });
});

describe('a model', () => {
  let model: VideoModel;
  const clip: Clip = { data: new Uint8Array(4 * 32 * 32 * 3), frames: 4, height: 32, width: 32 };

  beforeAll(async () => {
    const batching = { maxBatchSize: 1, maxQueue: 1 };
    model = await loadModel(await smallArchive(), { ...onCpu, batching, maxVideos: 6, tuning: { timeMs: 0 } });
  });
  afterAll(() => model.dispose());

  test('has videos wait for room in its queue, beside calls that fill it', async () => {
    let isOver = false;
    const flood = (async () => {
      while (!isOver) await Promise.allSettled([model.classifyClip(clip), model.classifyClip(clip)]);
    })();
    const options = { clips: 6, crops: 3 } as const;
    const all = await Promise.all(Array.from({ length: 6 }, () => model.classifyVideo(video, options)));
    isOver = true;
    await flood;
    expect(all.map(({ segments }) => segments.length)).toEqual(Array(6).fill(6));
    expect(model.stats().videos).toMatchObject({ completed: 6, running: 0, waiting: 0, refused: 0 });
    expect(model.stats().videos.decoders).toBeGreaterThan(0);
  });

  test('refuses more videos than maxVideos, and ends those that wait when their time is up', async () => {
    const before = model.stats().videos;
    // They wait for their own bytes, of which none come.
    const calls = Array.from({ length: 10 }, () => model.classifyVideo(new Readable({ read() {} }), { timeoutMs: 20 }));
    const codes = (await Promise.allSettled(calls)).map((outcome) => (outcome as PromiseRejectedResult).reason?.code);
    expect(codes).toEqual([...Array(6).fill('ERR_TIMEOUT'), ...Array(4).fill('ERR_QUEUE_FULL')]);
    const { videos } = model.stats();
    expect(videos).toMatchObject({
      cancelled: before.cancelled + 6,
      refused: before.refused + 4,
      running: 0,
      waiting: 0,
    });
    await model.classifyVideo(video, { clips: 1 });
  });

  test('lets go of a stream that it refuses', async () => {
    const own = await loadModel(await smallArchive(), { ...onCpu, maxVideos: 1, tuning: { timeMs: 0 } });
    const silent = () => new Readable({ read() {} });
    const held = silent();
    const first = failureOf(own.classifyVideo(held));
    const refusals: [string, (stream: Readable) => Promise<unknown>][] = [
      ['ERR_QUEUE_FULL', (stream) => own.classifyVideo(stream)],
      ['ERR_QUEUE_FULL', (stream) => collect(own.classifyStream(stream))],
      ['ERR_INVALID_ARGUMENT', (stream) => own.classifyVideo(stream, { clips: 0 })],
      ['ERR_INVALID_ARGUMENT', (stream) => collect(own.classifyStream(stream, { strideSeconds: 0 }))],
    ];
    for (const [code, refused] of refusals) {
      const stream = silent();
      expect((await failureOf(refused(stream))).code).toBe(code);
      expect(stream.destroyed).toBe(true);
    }
    held.push(null);
    expect((await first).code).toBe('ERR_VIDEO_OPEN');
    await own.dispose();
    const late = silent();
    expect((await failureOf(own.classifyVideo(late))).code).toBe('ERR_DISPOSED');
    expect(late.destroyed).toBe(true);
  });

  test('gives arrays of the realm that its caller is in', async () => {
    // These tests run in a realm of Jest's, the addon in Node's.
    expect(await model.logits(clip)).toBeInstanceOf(Float32Array);
    expect(await model.embedClip(clip)).toBeInstanceOf(Float32Array);
    const { features } = await model.run(clip, { outputs: ['features'] });
    expect(features.data).toBeInstanceOf(Float32Array);
    expect(features.shape).toBeInstanceOf(Array);
    expect((await smallArchive()).bytes).toBeInstanceOf(Uint8Array);
    const floats = { ...clip, data: new Float32Array(clip.data.length) };
    expect(await model.logits(floats)).toEqual(await model.logits(clip));
    await expect(model.classifyClip({ ...clip, frames: 3 })).rejects.toBeInstanceOf(Error);
  });

  test('classifies frames as they come, with the times of their clock', async () => {
    const { frames, frameRate } = model.input;
    async function* camera(): AsyncGenerator<TimedPicture> {
      for (let i = 0; i < 3 * frames; i++) {
        const data = new Uint8ClampedArray(32 * 32 * 4).fill(i * 5);
        yield { data, width: 32, height: 32, timeSeconds: 100 + i / frameRate };
      }
    }
    const segments = await collect(model.classifyFrames(camera(), { topK: 2 }));
    const length = frames / frameRate;
    expect(segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 1, 2].map((i) => 100 + i * length));
    expect(segments.map(({ endSeconds }) => endSeconds)).toEqual(
      [1, 2, 3].map((i) => expect.closeTo(100 + i * length, 6)),
    );
    expect(segments.every(({ predictions }) => predictions.length === 2)).toBe(true);
    expect((await failureOf(collect(model.classifyFrames(5 as never)))).code).toBe('ERR_INVALID_ARGUMENT');
    const options = { onWarning: () => {} } as never;
    expect((await failureOf(collect(model.classifyFrames(camera(), options)))).message).toContain('onWarning');
  });

  test('gives the result of a window while the next is still to come', async () => {
    const { frames, frameRate } = model.input;
    let isSeen = false;
    async function* camera(): AsyncGenerator<TimedPicture> {
      for (let i = 0; i <= frames; i++) {
        yield { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32, timeSeconds: i / frameRate };
      }
      while (!isSeen) await delay(5);
    }
    for await (const { startSeconds } of model.classifyFrames(camera())) {
      expect(startSeconds).toBe(isSeen ? frames / frameRate : 0);
      isSeen = true;
    }
  });
});

import * as childProcess from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KinetorchError } from '../../lib/base/errors';
import { ClipLoader } from '../../lib/dataset/clips/clipLoader';
import { VideoDataset } from '../../lib/dataset/clips/videoDataset';
import { checkCollection } from '../../lib/dataset/collections/checkCollection';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { classifyStream } from '../../lib/model/classifyStream';
import { classifyVideo } from '../../lib/model/classifyVideo';
import type { ClipClassifier } from '../../lib/model/clipClassifier';
import { videoLimits } from '../../lib/video/limits';
import { Decoders } from '../support/decoders';
import { fixtureInput } from '../support/models';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';
import { collect, failureOf, greyFrames, makeVideos } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});
jest.mock('../../lib/video/limits', () => {
  const { videoLimits } = jest.requireActual('../../lib/video/limits');
  return { videoLimits: { ...videoLimits, maxDecoders: 2, patienceMs: 200 } };
});

const folder = temporaryFolder();
const decoders = new Decoders(jest.mocked(childProcess.spawn));
const names = Array.from({ length: 6 }, (_, i) => `greys-${i}.mkv`);
const video = join(folder, names[0] as string);
/** Of the four windows of 0.4 s in a video of 1.6 s. */
const starts = [0, 0.4, 0.8, 1.2];

beforeAll(() => {
  const frames = greyFrames(Array.from({ length: 16 }, (_, i) => i * 100));
  makeVideos(
    names.map((name) => ({
      path: join(folder, name),
      format: 'matroska',
      codec: 'ffv1',
      width: 16,
      height: 16,
      frames,
    })),
  );
  writeFiles(folder, {
    'manifest.csv': ['path,label', ...names.map((name, i) => `${name},${'ab'[i % 2]}`)].join('\n'),
  });
});

afterEach(() => {
  expect(decoders.most).toBeLessThanOrEqual(2);
});

const labels = ['a', 'b'];
const quick: ClipClassifier = {
  inputs: [fixtureInput],
  labels,
  probabilities: async () => Float32Array.of(0.25, 0.75),
};

/** A network that is at work until it is told to be done. */
function slow() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const classifier: ClipClassifier = {
    inputs: [fixtureInput],
    labels,
    probabilities: async (_, { signal }) => {
      calls++;
      await Promise.race([
        released,
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      ]);
      return Float32Array.of(0.25, 0.75);
    },
  };
  return { classifier, release, calls: () => calls };
}

const startsOf = async (classifier = quick, options = {}) =>
  (await collect(classifyStream(classifier, video, options))).map(({ startSeconds }) => startSeconds);
const rounded = (values: number[]) => values.map((value) => Math.round(value * 10) / 10);

test('a hundred streams at once share the decoders, in the order of the calls', async () => {
  const [first, second] = [slow(), slow()];
  const before = [startsOf(first.classifier), startsOf(second.classifier)];
  while (first.calls() < 4 || second.calls() < 4) await delay(10);
  const order: number[] = [];
  const streams = Array.from({ length: 100 }, async (_, i) => {
    const seen: number[] = [];
    for await (const { startSeconds } of classifyStream(quick, video)) {
      if (seen.push(startSeconds) === 1) order.push(i);
    }
    // With two at work at a time, one might overtake the other.
    if (i === 49) second.release();
    return rounded(seen);
  });
  // All stand in the line.
  await delay(100);
  first.release();
  expect(await Promise.all(streams)).toEqual(streams.map(() => starts));
  expect(order.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  await Promise.all(before);
});

test('a video keeps its decoder while the network is at work on it; meanwhile others can be aborted or run out of time', async () => {
  const network = slow();
  const atWork = [classifyVideo(network.classifier, video), startsOf(network.classifier)];
  while (network.calls() < 8) await delay(10);
  const controller = new AbortController();
  let isAdmitted = false;
  const third = startsOf().then((seen) => {
    isAdmitted = true;
    return seen;
  });
  const aborted = failureOf(startsOf(quick, { signal: controller.signal }));
  const late = failureOf(startsOf(quick, { timeoutMs: 100 }));
  const lateVideo = failureOf(classifyVideo(quick, video, { timeoutMs: 100 }));
  expect((await late).code).toBe('ERR_TIMEOUT');
  expect((await lateVideo).code).toBe('ERR_TIMEOUT');
  controller.abort();
  expect((await aborted).code).toBe('ERR_ABORTED');
  await delay(3 * videoLimits.patienceMs);
  expect(isAdmitted).toBe(false);
  network.release();
  expect(rounded(await third)).toEqual(starts);
  await Promise.all(atWork);
});

test('streams within streams', async () => {
  const seen: number[] = [];
  // More windows than are decoded ahead: the outer ones are in the middle while the inner ones wait.
  for await (const { startSeconds: outer } of classifyStream(quick, video, { strideSeconds: 0.2 })) {
    for await (const { startSeconds: middle } of classifyStream(quick, video, { strideSeconds: 0.2 })) {
      const inner = await classifyVideo(quick, video, { clips: 2 });
      seen.push(outer, middle, inner.segments.length);
    }
    if (outer > 0) break;
  }
  const middles = [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2];
  expect(rounded(seen)).toEqual([0, 0.2].flatMap((outer) => middles.flatMap((middle) => [outer, middle, 2])));
});

test('streams that are left without a word hold nobody up, and can be gone on with', async () => {
  const left = [0, 1, 2].map(() => classifyStream(quick, video));
  for (const stream of left) await stream.next();
  expect(rounded(await startsOf())).toEqual(starts);
  for (const stream of left) {
    expect(rounded((await collect(stream)).map(({ startSeconds }) => startSeconds))).toEqual(starts.slice(1));
  }
});

test('a slow consumer gets every window once', async () => {
  const others = Array.from({ length: 6 }, () => startsOf());
  const seen: number[] = [];
  for await (const { startSeconds } of classifyStream(quick, video, { strideSeconds: 0.2 })) {
    seen.push(startSeconds);
    if (seen.length % 3 === 0) await delay(1.5 * videoLimits.patienceMs);
  }
  expect(rounded(seen)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]);
  await Promise.all(others);
});

test('a crash, a failing network and a lost file cost one call each', async () => {
  const disposed: ClipClassifier = {
    ...quick,
    probabilities: async () => {
      throw new KinetorchError('ERR_DISPOSED', 'gone');
    },
  };
  const network = slow();
  const crashing = failureOf(startsOf(network.classifier, { strideSeconds: 0.01 }));
  while (network.calls() < 4) await delay(10);
  const failing = Array.from({ length: 5 }, () => failureOf(startsOf(disposed)));
  const lost = failureOf(collect(classifyStream(quick, join(folder, 'lost.mkv'))));
  const others = Array.from({ length: 10 }, () => startsOf());
  // All that live, so that of the one whose network is at work as well.
  for (const child of decoders.alive) child.kill('SIGKILL');
  network.release();
  expect((await crashing).code).toBe('ERR_VIDEO_DECODE');
  const codes = (await Promise.all(failing)).map(({ code }) => code);
  expect(codes.filter((code) => code !== 'ERR_DISPOSED').length).toBeLessThanOrEqual(1);
  expect((await lost).code).toBe('ERR_FILE_NOT_FOUND');
  const outcomes = await Promise.allSettled(others);
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(1);
  expect(rounded(await startsOf())).toEqual(starts);
});

test('beside a collection that is checked and an epoch of a dataset', async () => {
  const collection = await readCollection(folder);
  const dataset = new VideoDataset(collection.labels, collection.samples, { input: fixtureInput });
  const loader = new ClipLoader(dataset, { batchSize: 2, seed: 1 });
  const epoch = async () => {
    const seen: string[] = [];
    for await (const batch of loader.epoch('train', 0)) {
      seen.push(...batch.names);
      // A video within the epoch's own loop, whose clips are being loaded ahead.
      expect(rounded(await startsOf())).toEqual(starts);
    }
    return seen.sort();
  };
  const [report, trained, ...streams] = await Promise.all([
    checkCollection(collection),
    epoch(),
    ...Array.from({ length: 6 }, () => startsOf()),
  ]);
  expect(report).toMatchObject({ clips: 6, files: 6, broken: [], withWarnings: [] });
  expect(trained).toEqual(names.map((name) => join(folder, name)));
  expect(loader.skipped).toEqual([]);
  expect(streams.map(rounded)).toEqual(streams.map(() => starts));
});

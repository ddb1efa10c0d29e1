import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createModel } from '../../../lib/model/createModel';
import { type Ensemble, ensemble } from '../../../lib/model/ensemble/ensemble';
import { loadModel } from '../../../lib/model/loadModel';
import type { ModelInput, Prediction } from '../../../lib/model/types';
import type { VideoModel } from '../../../lib/model/videoModel';
import type { TimedPicture } from '../../../lib/video/types';
import { expectError, maxDifference, noiseClip, onCpu, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { collect, makeVideos } from '../../support/videos';

const folder = temporaryFolder();
const video = join(folder, 'numbers.mkv');
const files = { a: join(folder, 'a.pt'), b: join(folder, 'b.pt') };
let a: VideoModel;
let b: VideoModel;

/** Another size, frame rate, sampling, mean and order of labels than the first. */
const otherInput: Partial<ModelInput> = {
  frames: 6,
  height: 24,
  width: 40,
  frameRate: 7,
  resize: [30, 44],
  mean: [0.5, 0.5, 0.5],
  sampling: 'segment',
};
const otherLabels = ['wave', 'fall', 'sit', 'jump', 'run', 'walk'];

beforeAll(async () => {
  const frames = Array.from({ length: 60 }, (_, number) => ({ pts: number * 40, number }));
  makeVideos([{ path: video, format: 'matroska', codec: 'ffv1', width: 64, height: 48, frames }]);
  await (await smallArchive()).save(files.a);
  await (await smallArchive({ seed: 8, labels: otherLabels, input: otherInput })).save(files.b);
  // Of one clip a batch: the last digits can depend on how many share one.
  const one = { ...onCpu, tuning: { timeMs: 0 }, batching: { maxBatchSize: 1 } };
  a = await loadModel(files.a, one);
  b = await loadModel(files.b, one);
});
afterAll(() => Promise.all([a.dispose(), b.dispose()]));

const scoresOf = (predictions: Prediction[]) =>
  Object.fromEntries(predictions.map(({ label, score }) => [label, score] as const));

/** Of each label, in the first model's order. */
const inOrder = (predictions: Prediction[]) => a.labels.map((label) => scoresOf(predictions)[label] as number);

const mixed = (of: Prediction[], with_: Prediction[], weight: number) => {
  const [first, second] = [inOrder(of), inOrder(with_)];
  return first.map((score, index) => weight * score + (1 - weight) * (second[index] as number));
};

describe('an ensemble of one, or of one model twice, is that model to the bit', () => {
  test.each(['probability', 'logit', 'geometric'] as const)('%s', async (combine) => {
    const clip = noiseClip();
    const options = { clips: 3, topK: 6 };
    const own = await a.classifyVideo(video, options);
    const windows = await collect(a.classifyStream(video, { topK: 6 }));
    for (const models of [[a], [a, a]]) {
      await using both = await ensemble(models, { combine });
      expect(await both.probabilities(clip)).toEqual(await a.probabilities(clip));
      expect((await both.classifyClip(clip)).predictions).toEqual((await a.classifyClip(clip)).predictions);
      expect(await both.classifyVideo(video, options)).toEqual(own);
      expect(await collect(both.classifyStream(video, { topK: 6 }))).toEqual(windows);
    }
  });
});

test('labels are matched by name, and weights are shares', async () => {
  const clip = noiseClip();
  await using both = await ensemble([a, b], { weights: [3, 1] });
  expect(both.weights).toEqual([0.75, 0.25]);
  expect(both.labels).toEqual(a.labels);
  const [first, second] = [await a.classifyClip(clip, { topK: 6 }), await b.classifyClip(clip, { topK: 6 })];
  const { predictions, timing } = await both.classifyClip(clip, { topK: 6 });
  expect(maxDifference(inOrder(predictions), mixed(first.predictions, second.predictions, 0.75))).toBeLessThan(1e-6);
  expect(predictions[0]).toMatchObject({ label: a.labels[predictions[0]?.index as number] });
  expect(timing.batchSize).toBe(1);
  const logits = await both.logits(clip);
  expect(maxDifference(logits.map(Math.exp), await both.probabilities(clip))).toBeLessThan(1e-6);
});

test('a video is decoded once, and each model sees the frames that it would see alone', async () => {
  await using both = await ensemble([a, b]);
  const options = { clips: 4, topK: 6 };
  const [first, second] = [await a.classifyVideo(video, options), await b.classifyVideo(video, options)];
  const together = await both.classifyVideo(video, options);
  expect(maxDifference(inOrder(together.predictions), mixed(first.predictions, second.predictions, 0.5))).toBeLessThan(
    1e-6,
  );
  expect(together.segments).toHaveLength(4);
  for (const [index, { predictions }] of together.segments.entries()) {
    const [own, other] = [first.segments[index], second.segments[index]].map((segment) => segment?.predictions ?? []);
    expect(maxDifference(inOrder(predictions), mixed(own as Prediction[], other as Prediction[], 0.5))).toBeLessThan(
      1e-6,
    );
  }
  expect(both.stats().videos).toMatchObject({ completed: 1 });
});

test('windows of a stream last as long as the longest clip; with a length, each model spreads its frames over it', async () => {
  await using both = await ensemble([a, b], { weights: [0, 1] });
  const lengths = [a, b].map(({ input }) => input.frames / input.frameRate);
  const windows = await collect(both.classifyStream(video, { topK: 6 }));
  expect(windows[0]).toMatchObject({ startSeconds: 0, endSeconds: Math.max(...lengths) });
  const alone = await collect(b.classifyStream(video, { topK: 6 }));
  expect(windows.map(({ predictions }) => inOrder(predictions))).toEqual(
    alone.map(({ predictions }) => inOrder(predictions)),
  );
  const options = { windowSeconds: 1, strideSeconds: 0.5, topK: 6 };
  const [own, other] = [
    await collect(a.classifyStream(video, options)),
    await collect(b.classifyStream(video, options)),
  ];
  await using equal = await ensemble([a, b]);
  const together = await collect(equal.classifyStream(video, options));
  expect(together).toHaveLength(own.length);
  for (const [index, { predictions, ...span }] of together.entries()) {
    const { predictions: first, ...ownSpan } = own[index] as (typeof own)[number];
    expect(span.startSeconds).toBe(ownSpan.startSeconds);
    expect(span.endSeconds).toBeCloseTo(ownSpan.endSeconds);
    const mean = mixed(first, other[index]?.predictions ?? [], 0.5);
    expect(maxDifference(inOrder(predictions), mean)).toBeLessThan(1e-6);
  }
});

test('frames as they come are cut for each model', async () => {
  const pictures: TimedPicture[] = Array.from({ length: 50 }, (_, index) => {
    const { data } = noiseClip({ frames: 1, seed: index + 1 });
    return { data, width: 56, height: 40, timeSeconds: index / 25 };
  });
  await using both = await ensemble([a, b], { weights: [0, 1] });
  const [own] = await collect(b.classifyFrames(pictures, { topK: 6 }));
  const [together] = await collect(both.classifyFrames(pictures, { topK: 6 }));
  expect(inOrder(together?.predictions ?? [])).toEqual(inOrder(own?.predictions ?? []));
});

test('a saved ensemble is loaded like a model, from paths beside it', async () => {
  const path = join(folder, 'both.ensemble.json');
  const options = { ...onCpu, tuning: { timeMs: 0 } };
  {
    await using both = await ensemble([files.a, files.b], { weights: [1, 3], combine: 'geometric', ...options });
    await both.save(path);
  }
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    formatVersion: 1,
    combine: 'geometric',
    models: [
      { path: 'a.pt', weight: 0.25 },
      { path: 'b.pt', weight: 0.75 },
    ],
  });
  const loaded = await loadModel(path, options);
  expect(loaded).toMatchObject({ architecture: 'ensemble', weights: [0.25, 0.75], combine: 'geometric', path });
  await using same = await ensemble([a, b], { weights: [1, 3], combine: 'geometric' });
  expect(await loaded.probabilities(noiseClip())).toEqual(await same.probabilities(noiseClip()));
  await loaded.dispose();
  // The files that it loaded itself go with it.
  for (const model of (loaded as Ensemble).models) await expectError(model.probabilities(noiseClip()), 'ERR_DISPOSED');
  expect(await a.probabilities(noiseClip())).toHaveLength(6);
});

test('embeddings follow each other; a tensor and a feature map have no meaning', async () => {
  await using both = await ensemble([a, b]);
  const [first, second] = [await a.embedClip(noiseClip()), await b.embedClip(noiseClip())];
  expect(Array.from(await both.embedClip(noiseClip()))).toEqual([...first, ...second]);
  const tensor = { data: new Float32Array(3 * 4 * 32 * 32), shape: [3, 4, 32, 32] };
  await expectError(both.classifyTensor(tensor), 'ERR_UNSUPPORTED', /each model of an ensemble preprocesses/);
  await expectError(both.run(noiseClip(), { outputs: ['features'] }), 'ERR_UNSUPPORTED', /features/);
});

test('a call can be aborted and is refused after the end', async () => {
  const both = await ensemble([a, b]);
  const controller = new AbortController();
  const call = both.classifyClip(noiseClip(), { signal: controller.signal });
  controller.abort();
  await expectError(call, 'ERR_ABORTED');
  await both.dispose();
  await expectError(both.classifyClip(noiseClip()), 'ERR_DISPOSED');
  await expectError(both.classifyVideo(video), 'ERR_DISPOSED');
});

test('what was accepted is answered before the end, by models that stay too', async () => {
  const both = await ensemble([a, b]);
  let answered = 0;
  const calls = Array.from({ length: 8 }, () => both.probabilities(noiseClip()).then(() => answered++));
  await both.dispose();
  await setImmediate();
  expect(answered).toBe(8);
  await Promise.all(calls);
});

test('what does not go together is refused', async () => {
  await using both = await ensemble([a, b]);
  await expectError(ensemble([a, both]), 'ERR_INVALID_ARGUMENT', /model 1 is an ensemble/);
  const other = await loadModel(await smallArchive({ labels: ['walk', 'swim'] }), { ...onCpu, tuning: { timeMs: 0 } });
  const labels = 'walk, run, jump, sit, fall, wave (6)';
  await expectError(ensemble([a, other]), 'ERR_INVALID_ARGUMENT', labels, /model 1 has walk, swim \(2\)/);
  await other.dispose();
  await expectError(ensemble([]), 'ERR_INVALID_ARGUMENT', /models/);
  await expectError(ensemble([a, b], { weights: [0, 0] }), 'ERR_INVALID_ARGUMENT', /one at least is above 0/);
  await expectError(ensemble([a, b], { weights: [1] }), 'ERR_INVALID_ARGUMENT', /2 numbers, one for each model/);
  await expectError(ensemble([a, b], { weights: [1, -1] }), 'ERR_INVALID_ARGUMENT', /weights\.1/);
  const combine = 'sum' as 'logit';
  await expectError(ensemble([a, b], { combine }), 'ERR_INVALID_ARGUMENT', /'probability' or 'logit' or 'geometric'/);
  const bt601 = await loadModel(files.b, { ...onCpu, tuning: { timeMs: 0 }, input: { untaggedMatrix: 'bt601' } });
  await expectError(ensemble([a, bt601]), 'ERR_INVALID_ARGUMENT', /untaggedMatrix/);
  await bt601.dispose();
  await expectError(ensemble([a, join(folder, 'none.pt')]), 'ERR_FILE_NOT_FOUND');
});

test('a file that is no ensemble says why', async () => {
  const path = join(folder, 'bad.json');
  const load = async (text: string) => {
    await writeFile(path, text);
    return loadModel(path);
  };
  const models = [{ path: 'a.pt', weight: 1 }];
  await expectError(loadModel(join(folder, 'none.json')), 'ERR_FILE_NOT_FOUND');
  const pipe = join(folder, 'pipe.json');
  execFileSync('mkfifo', [pipe]);
  await expectError(loadModel(pipe), 'ERR_FILE_ACCESS', /device, pipe or socket/);
  await expectError(load('{'), 'ERR_MODEL_FORMAT', /no ensemble/);
  await expectError(load('[]'), 'ERR_MODEL_FORMAT');
  await expectError(
    load(JSON.stringify({ formatVersion: 2, combine: 'logit', models })),
    'ERR_MODEL_FORMAT',
    /version/,
  );
  await expectError(
    load(JSON.stringify({ formatVersion: 1, combine: 'logit', models: [] })),
    'ERR_MODEL_FORMAT',
    /one model/,
  );
  await expectError(load(' '.repeat(2 ** 20 + 1)), 'ERR_MODEL_FORMAT', /bytes/);
  const missing = [...models, { path: 'none.pt', weight: 1 }];
  await expectError(
    load(JSON.stringify({ formatVersion: 1, combine: 'logit', models: missing })),
    'ERR_FILE_NOT_FOUND',
    `in the ensemble "${path}": `,
    join(folder, 'none.pt'),
  );
  const zero = JSON.stringify({ formatVersion: 1, combine: 'logit', models: [{ path: 'a.pt', weight: 0 }] });
  await expectError(load(zero), 'ERR_INVALID_ARGUMENT', /above 0/);
  await load(JSON.stringify({ formatVersion: 1, combine: 'logit', models })).then((model) => model.dispose());
  await expectError(loadModel(path, { labels: ['x'] }), 'ERR_INVALID_ARGUMENT', /options\.labels/);
});

test('what was not loaded from a file cannot be saved', async () => {
  const inMemory = await loadModel(
    await createModel({ architecture: 'r2plus1d_dw', labels: [...a.labels], input: a.input }),
    {
      ...onCpu,
      tuning: { timeMs: 0 },
    },
  );
  await using both = await ensemble([a, inMemory]);
  await expectError(
    both.save(join(folder, 'x.json')),
    'ERR_INVALID_ARGUMENT',
    /model 1 is one that was loaded from bytes/,
  );
  await using files = await ensemble([a, b]);
  await expectError(files.save(join(folder, 'x.pt')), 'ERR_INVALID_ARGUMENT', /\.json/);
  await inMemory.dispose();
});

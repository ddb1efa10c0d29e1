import type { ClassifyOptions } from '../../lib/model/classifyOptions';
import { createModel } from '../../lib/model/createModel';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import type { CreateModelOptions, LoadModelOptions } from '../../lib/model/options';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, fixture, fixtureInput, fixtureLabels, noiseClip, onCpu, smallArchive } from '../support/models';

/** Options, the path that the message must name, and what it must say came. */
type Case = [options: unknown, path: string, received: string | RegExp];

const loadCases: Case[] = [
  [null, '`options`', 'null'],
  ['fast', '`options`', '"fast"'],
  [{ devise: 'cpu' }, '`options`', '"devise"'],
  [{ precision: 'float64' }, '`options.precision`', '"float64"'],
  [{ batching: 8 }, '`options.batching`', '8 of type number'],
  [{ batching: { maxBatch: 8 } }, '`options.batching`', '"maxBatch"'],
  [{ batching: { maxBatchSize: 0 } }, '`options.batching.maxBatchSize`', '0 of type number'],
  [{ batching: { maxBatchSize: 1.5 } }, '`options.batching.maxBatchSize`', '1.5'],
  [{ batching: { maxDelayMs: Number.NaN } }, '`options.batching.maxDelayMs`', 'NaN'],
  [{ batching: { maxDelayMs: -1 } }, '`options.batching.maxDelayMs`', '-1'],
  [{ batching: { maxQueue: 1e6 } }, '`options.batching.maxQueue`', '1000000'],
  [{ threads: 0 }, '`options.threads`', '0'],
  [{ threads: '4' }, '`options.threads`', '"4"'],
  [{ device: 0 }, '`options.device`', '0 of type number'],
  [{ memoryLimit: 0 }, '`options.memoryLimit`', '0'],
  [{ memoryLimit: '4GB' }, '`options.memoryLimit`', '"4GB"'],
  [{ optimize: 'faster' }, '`options.optimize`', '"faster"'],
  [{ tuning: { timeMs: -1 } }, '`options.tuning.timeMs`', '-1'],
  [{ tuning: { maxWeightBytes: 0.5 } }, '`options.tuning.maxWeightBytes`', '0.5'],
  [{ tuning: { folder: 7 } }, '`options.tuning.folder`', '7'],
  [{ labels: 'abc' }, '`options.labels`', '"abc"'],
  [{ labels: [] }, '`options.labels`', 'received []'],
  [{ labels: ['a', 2] }, '`options.labels.1`', '2 of type number'],
  [{ labels: ['a', 'b', 'a'] }, '`options.labels.2`', 'a class name that no other has, as 0 has, but received "a"'],
  [{ input: [] }, '`options.input`', 'received []'],
  [{ input: { fps: 3 } }, '`options.input`', '"fps"'],
  [{ input: { frames: 0 } }, '`options.input.frames`', '0'],
  [{ input: { height: 1e9 } }, '`options.input.height`', '1000000000'],
  [{ input: { width: -4 } }, '`options.input.width`', '-4'],
  [{ input: { frameRate: 0 } }, '`options.input.frameRate`', '0'],
  [{ input: { sampling: 'sparse' } }, '`options.input.sampling`', '"sparse"'],
  [{ input: { untaggedMatrix: 'bt709' } }, '`options.input.untaggedMatrix`', '"bt709"'],
  [{ input: { resize: 128 } }, '`options.input.resize`', '128'],
  [{ input: { resize: [1, 2, 3] } }, '`options.input.resize`', '[ 1, 2, 3 ]'],
  [{ input: { antialias: 1 } }, '`options.input.antialias`', '1'],
  [{ input: { mean: [0.5] } }, '`options.input.mean`', '[ 0.5 ]'],
  [{ input: { mean: [0, 0, 'x'] } }, '`options.input.mean.2`', '"x"'],
  [{ input: { std: [1, 1, 0] } }, '`options.input.std.2`', '0'],
];

test.each(loadCases)('loadModel refuses %p', async (options, path, received) => {
  await expectError(
    loadModel(fixture('scripted.pt'), options as LoadModelOptions),
    'ERR_INVALID_ARGUMENT',
    `expected ${path} to be`,
    received,
  );
});

test('a crop that does not fit into the resize', async () => {
  const input = { ...fixtureInput, resize: [16, 12] as [number, number] };
  const options = { labels: fixtureLabels, input };
  await expectError(loadModel(fixture('scripted.pt'), options), 'ERR_INVALID_ARGUMENT', 'options.input.resize', 'crop');
});

const createCases: Case[] = [
  [{}, '`options.architecture`', 'undefined'],
  [{ architecture: 'vgg16', numClasses: 3 }, '`architecture`', '"vgg16"'],
  [{ architecture: 'r3d_18' }, '`options`', "{ architecture: 'r3d_18' }"],
  [{ architecture: 'r3d_18', labels: ['a', 'a'] }, '`options.labels.1`', '"a"'],
  [{ architecture: 'r3d_18', numClasses: 0 }, '`options.numClasses`', '0'],
  [{ architecture: 'r3d_18', numClasses: 3, labels: ['a'] }, '`numClasses`', '3'],
  [{ architecture: 'r3d_18', numClasses: 3, seed: -1 }, '`options.seed`', '-1'],
  [{ architecture: 'i3d_50', numClasses: 3, inflate: 'centre' }, '`options.inflate` to be left out', '"centre"'],
  [{ architecture: 'r3d_18', numClasses: 3, weights: 4 }, '`options.weights`', '4'],
  [{ architecture: 'r3d_18', numClasses: 3, input: { resize: [9, 9] } }, '`options.input.resize`', '[ 9, 9 ]'],
  [{ architecture: 'r3d_18', numClasses: 3, pretrained: true }, '`options`', '"pretrained"'],
];

test.each(createCases)('createModel refuses %p', async (options, path, received) => {
  await expectError(createModel(options as CreateModelOptions), 'ERR_INVALID_ARGUMENT', path, received);
});

test('inspectModel refuses a bad size', async () => {
  const size = { frames: 0 };
  await expectError(inspectModel(fixture('scripted.pt'), size), 'ERR_INVALID_ARGUMENT', '`size.frames`', '0');
});

describe('calls', () => {
  let model: VideoModel;
  beforeAll(async () => {
    model = await loadModel(await smallArchive(), onCpu);
  });
  afterAll(() => model.dispose());

  const callCases: Case[] = [
    [null, '`options`', 'null'],
    [{ topk: 3 }, '`options`', '"topk"'],
    [{ topK: 0 }, '`options.topK`', '0'],
    [{ topK: 7 }, '`options.topK`', /between 1 and 6 but received 7/],
    [{ topK: Number.NaN }, '`options.topK`', 'NaN'],
    [{ topK: 2.5 }, '`options.topK`', '2.5'],
    [{ topK: '3' }, '`options.topK`', '"3"'],
    [{ crop: 0.5 }, '`options.crop`', '0.5'],
    [{ crop: { x: 0.5 } }, '`options.crop.y`', 'undefined'],
    [{ crop: { x: 1.1, y: 0 } }, '`options.crop.x`', '1.1'],
    [{ crop: { x: 0, y: 0, z: 0 } }, '`options.crop`', '"z"'],
    [{ timeoutMs: -1 }, '`options.timeoutMs`', '-1'],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, '`options.timeoutMs`', 'Infinity'],
    [{ signal: {} }, '`options.signal`', 'received {}'],
  ];

  test.each(callCases)('classifyClip refuses %p', async (options, path, received) => {
    const call = model.classifyClip(noiseClip(), options as ClassifyOptions);
    await expectError(call, 'ERR_INVALID_ARGUMENT', `expected ${path} to be`, received);
  });

  test('logits, probabilities and embedClip know no topK', async () => {
    const options = { topK: 1 } as object;
    for (const method of ['logits', 'probabilities', 'embedClip'] as const) {
      await expectError(model[method](noiseClip(), options), 'ERR_INVALID_ARGUMENT', '"topK"');
    }
  });

  test('video calls check their options before they open the file', async () => {
    await expectError(model.classifyVideo('x.mp4', { clips: 0 }), 'ERR_INVALID_ARGUMENT', '`options.clips`', '0');
    const stream = model.classifyStream('x.mp4', { strideSeconds: -1 });
    await expectError(stream.next(), 'ERR_INVALID_ARGUMENT', '`options.strideSeconds`', '-1');
  });
});

import type { LoadOptions, NativeModel, NativeModelFile } from '../../binding';
import type { Tensor } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { native } from '../../lib/native';
import { expectError, maxDifference, noiseClip, onCpu, slowArchive, smallArchive } from '../support/models';

let model: VideoModel;
beforeAll(async () => {
  model = await loadModel(await smallArchive(), { ...onCpu, batching: { maxBatchSize: 2, maxQueue: 8 } });
});
afterAll(() => model.dispose());
afterEach(() => expect(model.stats()).toMatchObject({ queued: 0, running: 0 }));

/** A clip that is resized to itself, and what the preset makes of it: cropped from the centre, scaled, normalised. */
function pair(seed: number): { clip: ReturnType<typeof noiseClip>; tensor: Tensor } {
  const clip = noiseClip({ height: 36, width: 48, seed });
  const { mean, std } = model.input;
  const data = new Float32Array(3 * 4 * 32 * 32);
  let place = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let frame = 0; frame < 4; frame++) {
      for (let row = 2; row < 34; row++) {
        for (let column = 8; column < 40; column++) {
          const byte = clip.data[((frame * 36 + row) * 48 + column) * 3 + channel] as number;
          data[place++] = (byte / 255 - (mean[channel] as number)) / (std[channel] as number);
        }
      }
    }
  }
  return { clip, tensor: { data, shape: [3, 4, 32, 32] } };
}

function stack(tensors: Tensor[]): Tensor {
  const size = 3 * 4 * 32 * 32;
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, index) => {
    data.set(tensor.data, index * size);
  });
  return { data, shape: [tensors.length, 3, 4, 32, 32] };
}

test('a preprocessed clip gives what the clip gives', async () => {
  const { clip, tensor } = pair(1);
  const [logits] = await model.logits(tensor);
  expect(maxDifference(logits as Float32Array, await model.logits(clip))).toBeLessThan(1e-5);
  expect(maxDifference(logits as Float32Array, await model.logits(pair(2).clip))).toBeGreaterThan(1e-4);
  const [probabilities] = await model.probabilities(tensor);
  expect(maxDifference(probabilities as Float32Array, await model.probabilities(clip))).toBeLessThan(1e-5);
  const [embedding] = await model.embedClip(tensor);
  expect(maxDifference(embedding as Float32Array, await model.embedClip(clip))).toBeLessThan(1e-5);
  const [run] = await model.run(tensor, { outputs: ['features'] });
  const { features } = await model.run(clip, { outputs: ['features'] });
  expect(maxDifference(run?.features.data as Float32Array, features.data)).toBeLessThan(1e-5);
  const [classification] = await model.classifyTensor(tensor, { topK: 2 });
  const { predictions } = await model.classifyClip(clip, { topK: 2 });
  expect(classification?.predictions.map(({ label }) => label)).toEqual(predictions.map(({ label }) => label));
});

test('more clips than fit into one batch give their results in order, and count as clips', async () => {
  const pairs = [1, 2, 3, 4, 5].map(pair);
  const before = model.stats();
  const all = await model.logits(stack(pairs.map(({ tensor }) => tensor)));
  const after = model.stats();
  expect(after.requests - before.requests).toBe(5);
  expect(after.completed - before.completed).toBe(5);
  expect(after.queueTimes.count - before.queueTimes.count).toBe(5);
  expect(after.batches - before.batches).toBeGreaterThanOrEqual(3);
  expect(all).toHaveLength(5);
  for (const [index, { clip }] of pairs.entries()) {
    expect(maxDifference(all[index] as Float32Array, await model.logits(clip))).toBeLessThan(1e-5);
  }
  expect(await model.classifyTensor(stack(pairs.map(({ tensor }) => tensor)))).toHaveLength(5);
});

test('of one channel all three are the same', async () => {
  const grey = pair(1).tensor.data.slice(0, 4 * 32 * 32);
  const colour = new Float32Array(3 * grey.length);
  for (let channel = 0; channel < 3; channel++) colour.set(grey, channel * grey.length);
  const [expected] = await model.logits({ data: colour, shape: [3, 4, 32, 32] });
  const [found] = await model.logits({ data: grey, shape: [4, 32, 32] });
  expect(maxDifference(found as Float32Array, expected as Float32Array)).toBeLessThan(1e-6);
});

test('the values are copied before the call returns', async () => {
  const { tensor } = pair(1);
  const [expected] = await model.logits(tensor);
  const call = model.logits(tensor);
  tensor.data.fill(0);
  expect(maxDifference((await call)[0] as Float32Array, expected as Float32Array)).toBeLessThan(1e-6);
});

test.each<[unknown, string]>([
  [[3, 4, 32], '[3, 4, 32]'],
  [[4, 4, 32, 32], '[4, 4, 32, 32]'],
  [[1, 4, 32, 32], '[1, 4, 32, 32]'],
  [[0, 3, 4, 32, 32], '[0, 3, 4, 32, 32]'],
  [[1.5, 3, 4, 32, 32], '[1.5, 3, 4, 32, 32]'],
  [[1, 1, 3, 4, 32, 32], '[1, 1, 3, 4, 32, 32]'],
  [[3, 8, 32, 32], '[3, 8, 32, 32]'],
  [[32, 32], '[32, 32]'],
  ['3x4', '"3x4"'],
  [undefined, 'undefined'],
])('a shape %j', async (shape, received) => {
  const tensor = { data: new Float32Array(3 * 4 * 32 * 32), shape } as Tensor;
  await expectError(model.classifyTensor(tensor), 'ERR_CLIP_SHAPE', 'N×3×4×32×32', `received ${received}`);
});

test('data that is not what the shape says, or no floats', async () => {
  const shape = [3, 4, 32, 32];
  await expectError(model.logits({ data: new Float32Array(100), shape }), 'ERR_CLIP_SHAPE', '3×4×32×32 = 12288', '100');
  const bytes = new Uint8Array(12288) as unknown as Float32Array;
  await expectError(model.logits({ data: bytes, shape }), 'ERR_CLIP_DATA', '`tensor.data`', 'Uint8Array');
  const shared = new Float32Array(new SharedArrayBuffer(12288 * 4));
  await expectError(model.logits({ data: shared, shape }), 'ERR_CLIP_DATA', 'SharedArrayBuffer');
  const gone = new Float32Array(12288);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  await expectError(model.logits({ data: gone, shape }), 'ERR_CLIP_DATA', 'detached');
});

test.each([
  [12288, 0, 3],
  [12288, -1, 3],
  [12288, 5, 3],
  [12288, 2 ** 62, 3],
  [12288, 12289, 3],
  [0, 1, 3],
  [0, 1e9, 3],
  [12288, 1, 2],
  [12288, 1, -3],
  [12288, 1, 2 ** 62],
])('the native layer refuses %d values as %d clips of %d channels', async (values, clips, channels) => {
  const { NativeModel: Plain } = native();
  const loaded: NativeModel[] = [];
  const load = async (file: NativeModelFile, options: LoadOptions) => {
    const found = await Plain.load(file, options);
    loaded.push(found);
    return found;
  };
  Object.assign(native(), { NativeModel: { load } });
  await using _owner = await loadModel(await smallArchive(), onCpu).finally(() =>
    Object.assign(native(), { NativeModel: Plain }),
  );
  const input = { data: new Float32Array(values), clips, channels };
  const call = async () => loaded[0]?.run(1, input, ['logits'], 0, null);
  await expect(call()).rejects.toMatchObject({ code: 'ERR_CLIP_SHAPE' });
});

test('NaN or infinity in one clip of several fails the call', async () => {
  const tensor = stack([1, 2, 3].map((seed) => pair(seed).tensor));
  tensor.data[12288 + 5] = Number.NaN;
  await expectError(model.logits(tensor), 'ERR_CLIP_DATA', 'NaN or infinity');
  tensor.data[12288 + 5] = Number.NEGATIVE_INFINITY;
  await expectError(model.classifyTensor(tensor), 'ERR_CLIP_DATA', 'NaN or infinity');
});

test('a tensor is cropped already', async () => {
  const options = { crop: { x: 0, y: 0 } } as object;
  await expectError(model.logits(pair(1).tensor, options), 'ERR_INVALID_ARGUMENT', 'crop');
});

test('clips that find no room in the queue are refused together and leave nothing behind', async () => {
  const tensor = stack(Array.from({ length: 9 }, () => pair(1).tensor));
  const { requests } = model.stats();
  await expectError(model.logits(tensor), 'ERR_QUEUE_FULL', 'at most 8', 'this call has 9');
  expect(model.stats()).toMatchObject({ requests, queued: 0 });
  await expect(model.logits(stack([pair(1).tensor]))).resolves.toHaveLength(1);
});

test('aborted, and out of time: what waits is dropped', async () => {
  await using slow = await loadModel(await slowArchive(), { ...onCpu, batching: { maxBatchSize: 1 } });
  const tensor: Tensor = { data: new Float32Array(4 * 3 * 8 * 64 * 64), shape: [4, 3, 8, 64, 64] };
  const running = slow.classifyTensor({ data: new Float32Array(8 * 64 * 64), shape: [8, 64, 64] });
  while (slow.stats().running === 0) await new Promise(setImmediate);
  const controller = new AbortController();
  const aborted = slow.classifyTensor(tensor, { signal: controller.signal });
  expect(slow.stats().queued).toBe(4);
  controller.abort();
  await expectError(aborted, 'ERR_ABORTED');
  expect(slow.stats()).toMatchObject({ queued: 0, cancelled: 4 });
  await expectError(slow.logits(tensor, { timeoutMs: 0 }), 'ERR_TIMEOUT');
  await running;
});

test('each method takes its own kind: nothing is guessed, and nothing is dropped', async () => {
  const { clip, tensor } = pair(1);
  const two = stack([tensor, pair(2).tensor]);
  await expectError(model.classifyClip(two as never), 'ERR_CLIP_SHAPE', /`clip\.frames`/);
  await expectError(model.classifyTensor(clip as never), 'ERR_CLIP_DATA', /`tensor\.data` to be a Float32Array/);
  await expectError(
    model.classifyTensor(null as never),
    'ERR_CLIP_DATA',
    /a tensor \{ data, shape \} but received null/,
  );
  // Clips may carry more than a clip has, as those of array libraries do.
  const logits = await model.logits({ ...clip, shape: [4, 36, 48, 3] } as never);
  expect(maxDifference(logits as unknown as Float32Array, await model.logits(clip))).toBe(0);
});

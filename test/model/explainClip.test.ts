import { renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import {
  expectError,
  fixture,
  fixtureInput,
  fixtureLabels,
  maxDifference,
  noiseClip,
  onCpu,
  smallArchive,
} from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

// Large enough that the last map is larger than one place: 1×2×2 of 8×64×64.
const input = { frames: 8, height: 64, width: 64, resize: [72, 96] as [number, number] };
const clip = noiseClip({ frames: 8, height: 72, width: 96 });
const folder = temporaryFolder();
const path = join(folder, 'model.pt');

let model: VideoModel;
beforeAll(async () => {
  await (await smallArchive({ input })).save(path);
  model = await loadModel(path, onCpu);
});
afterAll(() => model.dispose());

test('a map has a value from 0 to 1 for each place that the network saw', async () => {
  const { map, label, score } = await model.explainClip(clip);
  expect(map).toHaveLength(8 * 64 * 64);
  expect(Math.min(...map)).toBe(0);
  expect(Math.max(...map)).toBe(1);
  const { predictions } = await model.classifyClip(clip, { topK: 1 });
  expect(predictions).toEqual([{ label, index: model.labels.indexOf(label), score: expect.closeTo(score, 6) }]);
});

test.each(['gradcam', 'hirescam', 'layercam', 'eigencam'] as const)(
  '%s of the last stage is the same by its weights and by gradients',
  async (method) => {
    const label = 'sit';
    const last = await model.explainClip(clip, { label, method });
    const byGradients = await model.explainClip(clip, { label, method, layer: 'layer4' });
    expect(byGradients.label).toBe(label);
    expect(byGradients.score).toBeCloseTo(last.score, 5);
    expect(maxDifference(byGradients.map, last.map)).toBeLessThan(1e-4);
  },
);

test('earlier stages, other labels, other methods and other crops give other maps', async () => {
  const options = { label: 'run', layer: 'layer2' } as const;
  const { map } = await model.explainClip(clip, options);
  expect(Math.max(...map)).toBe(1);
  for (const other of [
    { label: 'sit' },
    { layer: 'layer1' },
    { layer: 'layer2.0.conv1' },
    { method: 'hirescam' },
    { method: 'layercam' },
    { method: 'eigencam' },
    { crop: { x: 0, y: 0 } },
  ] as const) {
    const { map: different } = await model.explainClip(clip, { ...options, ...other });
    expect(maxDifference(different, map)).toBeGreaterThan(0.05);
  }
});

test('eigencam speaks of no label', async () => {
  const [run, sit] = await Promise.all(
    ['run', 'sit'].map((label) => model.explainClip(clip, { label, method: 'eigencam' })),
  );
  expect(run?.map).toEqual(sit?.map);
});

test('maps share batches with classifications', async () => {
  await using together = await loadModel(path, { ...onCpu, batching: { maxBatchSize: 2, maxDelayMs: 30_000 } });
  const [{ map }, { timing }] = await Promise.all([together.explainClip(clip), together.classifyClip(clip)]);
  expect(timing.batchSize).toBe(2);
  expect(maxDifference(map, (await model.explainClip(clip)).map)).toBeLessThan(1e-3);
});

test('a model from bytes gives the same, though they are let go and its clips are written to at once', async () => {
  await using fromBytes = await loadModel(await readFile(path), onCpu);
  for (let time = 0; time < 2; time++) {
    const own = { ...clip, data: clip.data.slice() };
    const call = fromBytes.explainClip(own, { layer: 'layer2' });
    own.data.fill(0);
    const { map } = await call;
    expect(maxDifference(map, (await model.explainClip(clip, { layer: 'layer2' })).map)).toBeLessThan(1e-5);
  }
});

test('what was loaded is explained, whatever its path names by now', async () => {
  const replaced = join(folder, 'replaced.pt');
  await (await smallArchive({ input, seed: 3 })).save(replaced);
  await using loaded = await loadModel(replaced, onCpu);
  await (await smallArchive({ input, seed: 4 })).save(`${replaced}.new`);
  renameSync(`${replaced}.new`, replaced);
  const { map } = await loaded.explainClip(clip, { layer: 'layer3' });
  expect(maxDifference(map, (await model.explainClip(clip, { layer: 'layer3' })).map)).toBeLessThan(1e-5);
});

test('bytes that were written to are refused', async () => {
  const bytes = new Uint8Array(await readFile(path));
  await using loaded = await loadModel(bytes, onCpu);
  bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 1000);
  await expectError(loaded.explainClip(clip, { layer: 'layer2' }), 'ERR_MODEL_FORMAT');
  expect((await loaded.explainClip(clip)).map).toHaveLength(8 * 64 * 64);
});

test.each([
  [{ label: 'wavee' }, "one of the model's 6 labels: 'walk', 'run', .*'wave'\\?"],
  [{ layer: 'layer5' }, "'last', 'stem', 'layer1', .* but received \"layer5\"; did you mean 'layer"],
  [{ layer: '' }, "'last' or the name of a stage"],
  [{ layer: 'layer2.9' }, 'layer2.9'],
  [{ method: 'scorecam' }, "'gradcam' or 'hirescam'"],
  [{ colour: 'red' }, 'colour'],
])('refuses %j, saying what was expected', async (options, message) => {
  await expectError(model.explainClip(clip, options as object), 'ERR_INVALID_ARGUMENT', new RegExp(message));
});

test('a network without features has no last map, but those of the modules that it calls', async () => {
  await using foreign = await loadModel(fixture('scripted.pt'), {
    labels: fixtureLabels,
    input: fixtureInput,
    ...onCpu,
  });
  const small = noiseClip({ frames: 4, height: 16, width: 16 });
  if (foreign.outputs.includes('features')) throw new Error('expected a fixture without features');
  await expectError(foreign.explainClip(small), 'ERR_UNSUPPORTED', 'features', 'logits, probabilities');
  await expectError(foreign.explainClip(small, { layer: 'layer2' }), 'ERR_INVALID_ARGUMENT', 'that the network calls');
});

test('a call that waits can be aborted, and one beyond the queue is refused', async () => {
  await using busy = await loadModel(path, { ...onCpu, batching: { maxQueue: 1 } });
  const layer = 'layer2';
  // Loads the second copy first.
  const first = busy.explainClip(clip, { layer });
  while (busy.stats().queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const controller = new AbortController();
  const second = busy.explainClip(clip, { layer, signal: controller.signal });
  await expectError(busy.explainClip(clip, { layer }), 'ERR_QUEUE_FULL');
  controller.abort();
  await expectError(second, 'ERR_ABORTED');
  expect((await first).map).toHaveLength(8 * 64 * 64);
  expect(busy.stats()).toMatchObject({ requests: 2, completed: 1, cancelled: 1, queued: 0, running: 0 });
});

test('accepted calls are answered before the model is gone, and later ones refused', async () => {
  const going = await loadModel(path, onCpu);
  const calls = [1, 2, 3].map(() => going.explainClip(clip, { layer: 'layer3' }));
  await going.dispose();
  for (const { map } of await Promise.all(calls)) expect(map).toHaveLength(8 * 64 * 64);
  await expectError(going.explainClip(clip, { layer: 'layer3' }), 'ERR_DISPOSED');
});

import { loadModel } from '../../lib/model/loadModel';
import { outputNames } from '../../lib/model/outputs';
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
import { halvesOptions } from '../support/reconstruction';

let model: VideoModel;
beforeAll(async () => {
  model = await loadModel(await smallArchive(), onCpu);
});
afterAll(() => model.dispose());

const clip = noiseClip();

test("a network of Kinetorch's own gives every output, by the names that the native layer has", async () => {
  await using decoder = await loadModel(fixture('halves.pt'), halvesOptions);
  expect([...model.outputs, ...decoder.outputs]).toEqual(outputNames);
});

test('outputs of one pass equal those asked for alone', async () => {
  const all = await model.run(clip, { outputs: ['logits', 'probabilities', 'embedding', 'features'] });
  expect(maxDifference(all.logits, await model.logits(clip))).toBeLessThan(1e-5);
  expect(maxDifference(all.probabilities, await model.probabilities(clip))).toBeLessThan(1e-5);
  expect(maxDifference(all.embedding, await model.embedClip(clip))).toBeLessThan(1e-5);
  expect(all.timing).toEqual({ queueMs: expect.any(Number), runMs: expect.any(Number), batchSize: 1 });
  const one = await model.run(clip, { outputs: ['features'] });
  expect(Object.keys(one).sort()).toEqual(['features', 'timing']);
  expect(maxDifference(one.features.data, all.features.data)).toBeLessThan(1e-5);
});

test('the mean of the feature map over time and space is the embedding', async () => {
  const input = { frames: 16, height: 64, width: 64, resize: [72, 96] as [number, number] };
  await using larger = await loadModel(await smallArchive({ input }), onCpu);
  const { features, embedding } = await larger.run(clip, { outputs: ['features', 'embedding'] });
  const [channels = 0, ...sides] = features.shape;
  expect(sides).toEqual([2, 2, 2]);
  const size = sides.reduce((product, side) => product * side, 1);
  expect(features.data).toHaveLength(channels * size);
  const means = Array.from(
    { length: channels },
    (_, channel) =>
      features.data.subarray(channel * size, (channel + 1) * size).reduce((sum, one) => sum + one, 0) / size,
  );
  expect(maxDifference(embedding, means)).toBeLessThan(1e-5);
});

test('calls that want different outputs share a batch', async () => {
  const batching = { maxBatchSize: 3, maxDelayMs: 30_000 };
  await using together = await loadModel(await smallArchive(), { ...onCpu, batching });
  const [second, third] = [2, 3].map((seed) => noiseClip({ seed })) as [typeof clip, typeof clip];
  const [{ logits, timing }, { features }, { predictions }] = await Promise.all([
    together.run(clip, { outputs: ['logits'] }),
    together.run(second, { outputs: ['features'] }),
    together.classifyClip(third),
  ]);
  expect(timing.batchSize).toBe(3);
  expect(together.stats().batches).toBe(1);
  expect(maxDifference(logits, await model.logits(clip))).toBeLessThan(1e-5);
  const alone = await model.run(second, { outputs: ['features'] });
  expect(maxDifference(features.data, alone.features.data)).toBeLessThan(1e-4);
  expect(predictions).toEqual(
    (await model.classifyClip(third)).predictions.map(({ score, ...rest }) => ({
      ...rest,
      score: expect.closeTo(score, 5),
    })),
  );
});

test('a model from elsewhere says what it can give', async () => {
  await using foreign = await loadModel(fixture('scripted.pt'), {
    labels: fixtureLabels,
    input: fixtureInput,
    ...onCpu,
  });
  expect(foreign.outputs).toEqual(expect.arrayContaining(['logits', 'probabilities']));
  expect(foreign.outputs).not.toContain('embedding');
  const small = noiseClip({ height: 16, width: 16 });
  await expectError(
    foreign.run(small, { outputs: ['logits', 'embedding'] }),
    'ERR_UNSUPPORTED',
    'logits, probabilities',
    'received embedding',
  );
});

test.each<[object, ...string[]]>([
  [{}, 'options.outputs', 'undefined'],
  [{ outputs: [] }, 'options.outputs', 'at least one'],
  [{ outputs: ['topK'] }, "'features'", '"topK"'],
  [{ outputs: 'logits' }, 'an array', '"logits"'],
])('options %j are refused', async (options, ...parts) => {
  await expectError(model.run(clip, options as { outputs: 'logits'[] }), 'ERR_INVALID_ARGUMENT', ...parts);
});

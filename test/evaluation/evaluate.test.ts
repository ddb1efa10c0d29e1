import { averageFrames } from '../../lib/clip/averageFrames';
import type { RgbClip } from '../../lib/clip/types';
import type { ClipDataset } from '../../lib/dataset/types';
import { evaluate } from '../../lib/evaluation/evaluate';
import type { EvaluateOptions } from '../../lib/evaluation/options';
import type { Evaluation } from '../../lib/evaluation/types';
import type { ModelArchive } from '../../lib/model/createModel';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, maxDifference, noiseClip, onCpu, smallArchive } from '../support/models';

const labels = ['walk', 'run', 'jump', 'sit', 'fall', 'wave'];
const videos = 7;

/** Two clips a video, or three of the second; wider than the crop. */
const clipsOf = (index: number): RgbClip[] =>
  Array.from({ length: index === 1 ? 3 : 2 }, (_, clip) =>
    noiseClip({ height: 36, width: 48, seed: 10 * index + clip + 1 }),
  );

const noise: ClipDataset = {
  labels,
  length: videos,
  labelOf: (index) => index % labels.length,
  nameOf: (index) => `video ${index}`,
  clip: async (index) => clipsOf(index)[0] as RgbClip,
  views: async (index, clips) => clipsOf(index).slice(0, clips),
};

let archive: ModelArchive;
let model: VideoModel;
beforeAll(async () => {
  archive = await smallArchive();
  model = await loadModel(archive, onCpu);
});
afterAll(() => model.dispose());

const run = (data: ClipDataset, options: EvaluateOptions = {}) => evaluate(archive, data, { ...onCpu, ...options });

const withoutTimes = ({ seconds, clipsPerSecond, ...rest }: Evaluation) => rest;

test('averages the softmax of all clips and crops of a video', async () => {
  const { metrics, predictions } = await run(noise, { crops: 3 });
  expect(metrics).toMatchObject({ task: 'singleLabel', clip: { count: 15 }, video: { count: videos } });
  expect(predictions.map(({ name }) => name)).toEqual(Array.from({ length: videos }, (_, i) => `video ${i}`));
  for (const { index, predicted, probability, labels: own, correct } of predictions) {
    const views: Float32Array[] = [];
    for (const clip of clipsOf(index)) {
      for (const x of [0, 0.5, 1]) views.push(await model.probabilities(clip, { crop: { x, y: 0.5 } }));
    }
    const mean = labels.map((_, label) => views.reduce((sum, view) => sum + (view[label] ?? 0), 0) / views.length);
    const best = mean.indexOf(Math.max(...mean));
    expect(own).toEqual([labels[index % labels.length]]);
    expect(predicted[0]?.label).toBe(labels[best]);
    expect(
      maxDifference([predicted[0]?.probability ?? 0, probability], [mean[best] ?? 0, mean[index % 6] ?? 0]),
    ).toBeLessThan(1e-6);
    expect(correct).toBe(best === index % 6);
  }
});

test('gives the same numbers on every run, and survives JSON', async () => {
  const options = { clips: 2, batchSize: 4 };
  const first = await run(noise, options);
  expect(withoutTimes(await run(noise, options))).toEqual(withoutTimes(first));
  expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  expect(first).toMatchObject({ clips: 2, crops: 1, split: null, data: null, device: 'cpu', skipped: [] });
});

test('a model that is loaded already gives the same, and stays in use', async () => {
  const [own, loaded] = [await run(noise), await evaluate(model, noise)];
  expect(loaded.metrics.video).toEqual(own.metrics.video);
  expect(loaded.metrics.loss).toBeCloseTo(own.metrics.loss, 5);
  expect((await model.classifyClip(clipsOf(0)[0] as RgbClip)).predictions).toHaveLength(5);
});

test('matches labels by name, whatever their order', async () => {
  const reversed = [...labels].reverse();
  const data: ClipDataset = {
    ...noise,
    labels: reversed,
    labelOf: (index) => reversed.indexOf(labels[index % 6] as string),
  };
  expect((await run(data)).metrics).toEqual((await run(noise)).metrics);
  const unknown: ClipDataset = { ...noise, labels: [...labels.slice(0, 5), 'swim'] };
  await expectError(run(unknown), 'ERR_DATASET', "one of the model's 6", '"swim"');
});

test('several labels a video are scored by sigmoids', async () => {
  const { metrics, predictions } = await run({ ...noise, labelsOf: (index) => [index % 6, 5] });
  expect(metrics.task).toBe('multiLabel');
  const logits = await Promise.all(clipsOf(0).map((clip) => model.logits(clip)));
  const sigmoids = logits.map((one) => 1 / (1 + Math.exp(-(one[0] ?? 0))));
  expect(predictions[0]?.labels).toEqual(['walk', 'wave']);
  expect(predictions[0]?.probability).toBeCloseTo(((sigmoids[0] ?? 0) + (sigmoids[1] ?? 0)) / 2, 5);
});

test('sigmoids for a model trained for several labels, and a warning where the data ask them of another', async () => {
  await using multiLabel = await loadModel(archive, { ...onCpu, task: 'multilabel' });
  const { metrics, predictions, warnings } = await evaluate(multiLabel, noise);
  expect({ task: metrics.task, warnings }).toEqual({ task: 'multiLabel', warnings: [] });
  const logits = await Promise.all(clipsOf(0).map((clip) => multiLabel.logits(clip)));
  const sigmoids = logits.map((one) => 1 / (1 + Math.exp(-(one[0] ?? 0))));
  expect(predictions[0]?.probability).toBeCloseTo(((sigmoids[0] ?? 0) + (sigmoids[1] ?? 0)) / 2, 5);
  await using other = await loadModel(archive, onCpu);
  expect((await evaluate(other, noise)).metrics.task).toBe('singleLabel');
  const several = await evaluate(other, { ...noise, labelsOf: (index) => [index % 6, 5] });
  expect(several.metrics.task).toBe('multiLabel');
  expect(several.warnings).toEqual([expect.stringContaining('trained for one')]);
});

describe('samples that cannot be loaded', () => {
  const broken = (failing: number[]): ClipDataset => ({
    ...noise,
    views: async (index, clips) => {
      if (failing.includes(index)) throw new Error(`no frame in ${index}`);
      return clipsOf(index).slice(0, clips);
    },
  });

  test('are left out and listed', async () => {
    const { metrics, skipped, predictions } = await run(broken([3]));
    expect(skipped).toEqual([{ index: 3, name: 'video 3', reason: 'no frame in 3' }]);
    expect(metrics.video.count).toBe(videos - 1);
    expect(predictions.map(({ index }) => index)).toEqual([0, 1, 2, 4, 5, 6]);
  });

  test('stop it beyond the share, and where none is left', async () => {
    await expectError(run(broken([3, 5])), 'ERR_DATASET', 'at most 5% of 7', 'video 3: no frame in 3', 'video 5');
    await expectError(run(broken([3]), { maxSkippedShare: 0 }), 'ERR_DATASET', 'video 3');
    const all = broken([0, 1, 2, 3, 4, 5, 6]);
    await expectError(run(all, { maxSkippedShare: 1 }), 'ERR_DATASET', 'at least one sample', 'no frame in 0');
  });

  test('a clip whose bytes do not fit its shape is one', async () => {
    const data: ClipDataset = {
      ...noise,
      views: async (index) => (index === 2 ? [{ ...noiseClip(), frames: 3 }] : clipsOf(index)),
    };
    expect((await run(data)).skipped).toEqual([
      expect.objectContaining({ index: 2, reason: expect.stringContaining('3×40×56×3') }),
    ]);
  });
});

test('without motion every frame is the mean of its clip', async () => {
  const data = Uint8Array.of(0, 10, 20, 255, 100, 31);
  expect(averageFrames({ data, frames: 2, height: 1, width: 1 }).data).toEqual(Uint8Array.of(128, 55, 26, 128, 55, 26));
  const still: ClipDataset = { ...noise, views: async (index) => clipsOf(index).map(averageFrames) };
  const options = { averageFrames: true };
  expect((await run(noise, options)).metrics).toEqual((await run(still)).metrics);
  expect((await run(noise, options)).metrics.loss).not.toBe((await run(noise)).metrics.loss);
});

test('can be stopped, and says how far it is', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    expect(total).toBe(videos);
    if (seen.push(done) === 2) controller.abort();
  };
  await expectError(run(noise, { batchSize: 2, signal: controller.signal, onProgress }), 'ERR_ABORTED');
  expect(seen.slice(0, 2)).toEqual([1, 2]);
  expect(seen.length).toBeLessThan(videos);
});

test('refuses what it does not understand', async () => {
  await expectError(run(noise, { crops: 2 as 3 }), 'ERR_INVALID_ARGUMENT', 'options.crops', '1 or 3');
  await expectError(run(noise, { view: 1 } as EvaluateOptions), 'ERR_INVALID_ARGUMENT', 'view');
  await expectError(evaluate(archive, {} as ClipDataset, onCpu), 'ERR_INVALID_ARGUMENT', 'data');
});

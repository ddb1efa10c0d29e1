import { join } from 'node:path';
import type { RgbClip } from '../../lib/clip/types';
import type { ClipDataset } from '../../lib/dataset/types';
import { evaluate } from '../../lib/evaluation/evaluate';
import { fitEnsemble, fitWeights } from '../../lib/evaluation/fitEnsemble';
import type { ScoredSample } from '../../lib/evaluation/scoredSample';
import { ensemble } from '../../lib/model/ensemble/ensemble';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, noiseClip, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const labels = ['walk', 'run', 'jump', 'sit', 'fall', 'wave'];
const folder = temporaryFolder();

/** What models say, each of every sample, of samples whose label is known. */
const scored = (models: number[][][], labelsOf: number[]): ScoredSample[][] =>
  labelsOf.map((label, index) =>
    models.map((vectors) => {
      const video = Float32Array.from(vectors[index] as number[]);
      return { index, name: `${index}`, labels: [label], clips: [video], video };
    }),
  );

test('weights of least loss, in steps of 0.05', async () => {
  const own = [0, 1, 0];
  const good = [
    [0.8, 0.2],
    [0.3, 0.7],
    [0.6, 0.4],
  ];
  const bad = [
    [0.2, 0.8],
    [0.8, 0.2],
    [0.3, 0.7],
  ];
  expect(await fitWeights(scored([good, bad], own), 'probability', false)).toMatchObject({
    weights: [1, 0],
    samples: 3,
  });
  const { losses, loss } = await fitWeights(scored([bad, good], own), 'probability', false);
  expect(losses[1]).toBeCloseTo(-(Math.log(0.8) + Math.log(0.7) + Math.log(0.6)) / 3, 6);
  expect(loss).toBe(losses[1]);
  // Two experts of one video each: Σ log is the largest at the mean.
  const left = [
    [0.9, 0.1],
    [0.9, 0.1],
  ];
  const right = [
    [0.1, 0.9],
    [0.1, 0.9],
  ];
  expect((await fitWeights(scored([left, right], [0, 1]), 'probability', false)).weights).toEqual([0.5, 0.5]);
  // Of equals the even weights.
  expect((await fitWeights(scored([good, good], own), 'geometric', false)).weights).toEqual([0.5, 0.5]);
  expect((await fitWeights(scored([bad, good, bad], own), 'logit', false)).weights).toEqual([0, 1, 0]);
});

test('a search of many weightings lets other work go on, and can be aborted', async () => {
  const one = [[0.8, 0.2]];
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const fit = fitWeights(scored([one, one, one, one, one, one], [0]), 'geometric', false, controller.signal);
  await expectError(fit, 'ERR_ABORTED');
});

const data: ClipDataset = {
  labels,
  length: 8,
  labelOf: (index) => index % labels.length,
  clip: async (index) => noiseClip({ height: 36, width: 48, seed: index + 1 }) as RgbClip,
  views: async (index, clips) =>
    Array.from({ length: Math.min(clips, 2) }, (_, clip) =>
      noiseClip({ height: 36, width: 48, seed: 7 * index + clip + 1 }),
    ),
};

let models: VideoModel[];
beforeAll(async () => {
  const reversed = [...labels].reverse();
  const archives = [await smallArchive(), await smallArchive({ seed: 8, labels: reversed })];
  const paths = ['a.pt', 'b.pt'].map((name) => join(folder, name));
  for (const [index, archive] of archives.entries()) await archive.save(paths[index] as string);
  models = await Promise.all(paths.map((path) => loadModel(path, { ...onCpu, tuning: { timeMs: 0 } })));
});
afterAll(() => Promise.all(models.map((model) => model.dispose())));

test('an ensemble is evaluated like a model, and no worse than its best where its weights were fitted', async () => {
  const fit = await fitEnsemble(models, data, { clips: 2 });
  expect(fit.weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1);
  expect(fit.loss).toBeLessThanOrEqual(Math.min(...fit.losses));
  for (const [index, model] of models.entries()) {
    const { metrics } = await evaluate(model, data, { clips: 2 });
    expect(fit.losses[index]).toBeCloseTo(metrics.loss, 5);
  }
  const progress: number[] = [];
  await using both = await ensemble(models, { weights: fit.weights });
  const options = { clips: 2, onProgress: ({ done }: { done: number }) => progress.push(done) };
  const evaluation = await evaluate(both, data, options);
  expect(evaluation).toMatchObject({ architecture: 'ensemble', labels, metrics: { clip: { count: 16 } } });
  expect(evaluation.metrics.loss).toBeCloseTo(fit.loss, 5);
  expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const path = join(folder, 'both.ensemble.json');
  await both.save(path);
  const saved = await evaluate(path, data, { clips: 2, ...onCpu });
  expect(saved.metrics.loss).toBeCloseTo(fit.loss, 4);
  expect(saved).toMatchObject({ model: path });
});

test('a sample is loaded once for all models, and left out for all where it cannot be', async () => {
  const loaded: number[] = [];
  const counted: ClipDataset = {
    ...data,
    views: async (index, clips) => {
      loaded.push(index);
      if (index === 3) throw new Error('gone');
      return (await data.views?.(index, clips)) as RgbClip[];
    },
  };
  const all = Array.from({ length: data.length }, (_, index) => index);
  await using both = await ensemble(models);
  const { skipped, predictions } = await evaluate(both, counted, { clips: 2, maxSkippedShare: 0.2 });
  expect(loaded.splice(0).sort()).toEqual(all);
  expect(skipped).toEqual([{ index: 3, name: 'sample 3', reason: 'gone' }]);
  expect(predictions.map(({ index }) => index)).toEqual(all.filter((index) => index !== 3));
  expect(await fitEnsemble(models, counted, { clips: 2, maxSkippedShare: 0.2 })).toMatchObject({ samples: 7 });
  expect(loaded.sort()).toEqual(all);
});

test('one model is no ensemble to fit', async () => {
  await expectError(fitEnsemble(models.slice(1), data), 'ERR_INVALID_ARGUMENT', /2 to 6 models/);
});

test('a batch may be larger than the queue of a model that is loaded by itself', async () => {
  const input = { frames: 2, height: 16, width: 16 };
  const archives = [await smallArchive({ input }), await smallArchive({ input, seed: 8 })];
  const clip = noiseClip({ frames: 2, height: 16, width: 16 });
  const long: ClipDataset = {
    ...data,
    length: 1,
    views: async (_, clips) => Array.from({ length: clips }, () => clip),
  };
  const fit = await fitEnsemble(archives, long, { clips: 600, batchSize: 600, ...onCpu });
  expect(fit).toMatchObject({ samples: 1 });
});

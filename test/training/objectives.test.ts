/** What loss, class weights, frozen parts and accumulation do in a run, on clips whose colours tell their classes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { ClipDataset } from '../../lib/dataset/types';
import { evaluate } from '../../lib/evaluation/evaluate';
import { loadModel } from '../../lib/model/loadModel';
import { readMetadata } from '../../lib/model/modelFile';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import type { EpochMetrics } from '../../lib/training/types';
import { maxDifference, noiseClip, onCpu, smallArchive } from '../support/models';

const labels = ['red', 'green', 'blue'];
const [frames, side] = [4, 16];
const input: TrainOptions['input'] = { frames, height: side, width: side, resize: [side, side] };

/** Noise, with those of its three colours bright that are among the sample's labels. */
function colours(labelsOf: (index: number) => number[], length: number, seed: number): ClipDataset {
  return {
    labels,
    length,
    labelOf: (index) => labelsOf(index)[0] as number,
    clip: async (index) => {
      const random = seededRandom(seed, index);
      const own = labelsOf(index);
      const data = Uint8Array.from(
        { length: frames * side * side * 3 },
        (_, place) => 90 * random() + (own.includes(place % 3) ? 120 : 0),
      );
      return { data, frames, height: side, width: side };
    },
  };
}

/** Six of eight samples are red. */
const uneven = (index: number) => [[0, 1, 0, 0, 2, 0, 0, 0][index % 8] as number];
const several = (index: number) => [[0], [1], [2], [0, 1], [1, 2], [0, 2]][index % 6] as number[];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-objectives-'));
});
afterEach(() => rm(folder, { recursive: true }));

let runs = 0;
async function run(change: Partial<TrainOptions>) {
  const result = await train({
    architecture: 'r2plus1d_dw',
    data: { train: colours(uneven, 24, 1), validation: colours(uneven, 8, 2) },
    outDir: join(folder, `run-${runs++}`),
    epochs: 1,
    batchSize: 12,
    augment: { horizontalFlip: 0 },
    input,
    ...onCpu,
    ...change,
  });
  const lines = (await readFile(result.metricsPath, 'utf8')).trim().split('\n');
  return { result, epochs: lines.map((line) => JSON.parse(line) as EpochMetrics) };
}

const learned = ({ train: training, validation }: EpochMetrics) => ({ training, validation });

test('stops early once validation has not become better for so many epochs', async () => {
  const standsStill = { learningRate: 0, freezeBatchNorm: true };
  const { result, epochs } = await run({ ...standsStill, epochs: 10, earlyStopping: 2 });
  expect(epochs).toHaveLength(3);
  expect(result).toMatchObject({ epochs: 3, bestEpoch: 1 });
  expect(await readFile(result.lastModelPath)).not.toHaveLength(0);
});

test('several labels a clip are learned by binary cross entropy', async () => {
  const sets = {
    train: { ...colours(several, 48, 1), labelsOf: several },
    validation: { ...colours(several, 12, 2), labelsOf: several },
  };
  const { result, epochs } = await run({ data: sets, epochs: 12, learningRate: 0.01 });
  // Fresh weights say about one half for each class.
  expect(epochs[0]?.train.loss).toBeGreaterThan(0.55);
  expect(epochs[0]?.train.loss).toBeLessThan(0.9);
  expect(result.validation?.loss).toBeLessThan(0.3);
  expect(result.validation?.top1).toBeGreaterThanOrEqual(0.75);
  expect((await readMetadata(result.modelPath))?.task).toBe('multilabel');
  const { metrics } = await evaluate(result.modelPath, sets.validation, onCpu);
  expect(metrics).toMatchObject({ task: 'multiLabel', video: { exactMatch: result.validation?.top1 } });
});

test('balanced class weights are the inverse of the frequencies', async () => {
  const balanced = (await run({ classWeights: 'balanced' })).epochs.map(learned);
  // 24 clips of 3 classes: 18, 3 and 3.
  expect((await run({ classWeights: [24 / (3 * 18), 24 / (3 * 3), 24 / (3 * 3)] })).epochs.map(learned)).toEqual(
    balanced,
  );
  expect((await run({})).epochs.map(learned)).not.toEqual(balanced);
});

test('frozen stages stay as they were, batch norms too, and the rest is trained', async () => {
  const archive = await smallArchive({ labels, input });
  const clip = noiseClip({ frames, height: side, width: side });
  const outputsOf = async (source: string | Uint8Array) => {
    await using model = await loadModel(source, onCpu);
    return { embedding: await model.embedClip(clip), logits: await model.logits(clip) };
  };
  const before = await outputsOf(archive.bytes);
  const after = async (freezeStages: number) => {
    const { result } = await run({ architecture: undefined, from: archive.bytes, learningRate: 0.05, freezeStages });
    return outputsOf(result.lastModelPath);
  };
  const headOnly = await after(5);
  expect(headOnly.embedding).toEqual(before.embedding);
  expect(headOnly.logits).not.toEqual(before.logits);
  expect((await after(4)).embedding).not.toEqual(before.embedding);
});

test('accumulated batches are one large batch, but for the statistics of batch norm', async () => {
  const outputs = [];
  const metrics = [];
  for (const sizes of [{ batchSize: 12 }, { batchSize: 4, accumulate: 3 }]) {
    const { result, epochs } = await run({ ...sizes, freezeBatchNorm: true, optimizer: 'sgd', learningRate: 0.1 });
    await using model = await loadModel(result.lastModelPath, onCpu);
    outputs.push(await model.logits(noiseClip({ frames, height: side, width: side })));
    metrics.push(epochs[0] as EpochMetrics);
  }
  const [whole, accumulated] = metrics as [EpochMetrics, EpochMetrics];
  expect(accumulated).toMatchObject({ step: 2, train: { clips: 24, accuracy: whole.train.accuracy } });
  expect(accumulated.train.loss).toBeCloseTo(whole.train.loss, 5);
  expect(accumulated.train.gradNorm).toBeCloseTo(whole.train.gradNorm, 4);
  expect(maxDifference(outputs[0] as Float32Array, outputs[1] as Float32Array)).toBeLessThan(1e-4);
});

import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import type { ClipDataset } from '../../lib/dataset/types';
import { loadModel } from '../../lib/model/loadModel';
import type { ModelInput } from '../../lib/model/types';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import type { EpochMetrics, TrainEvent } from '../../lib/training/types';

const frames = 8;
const input: Partial<ModelInput> = { frames, height: 24, width: 24, resize: [28, 28] };
const labels = ['still', 'left', 'right'];

/** Vertical stripes that stand still or move one way by two pixels a frame: only motion tells the class. */
function movingStripes(label: number, random: () => number): RgbClip {
  const size = 28;
  const speed = [0, 2, -2][label] as number;
  const phase = random() * 16;
  const darkest = 60 + random() * 50;
  const row = new Uint8Array(size * 3);
  const data = new Uint8Array(frames * size * row.length);
  for (let frame = 0; frame < frames; frame++) {
    for (let column = 0; column < size; column++) {
      const value = darkest + 70 * (1 + Math.sin(((column + speed * frame + phase) * 2 * Math.PI) / 16));
      row.fill(value, 3 * column, 3 * column + 3);
    }
    for (let y = 0; y < size; y++) data.set(row, (frame * size + y) * row.length);
  }
  return { data, frames, height: size, width: size };
}

function stripeDataset(length: number, seed: number): ClipDataset {
  return {
    labels,
    length,
    labelOf: (index) => index % labels.length,
    clip: async (index, { mode, random }) =>
      movingStripes(index % labels.length, mode === 'train' ? random : seededRandom(seed, index)),
  };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-train-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** With them a run is followed by its evaluation, which takes several times as long as the steps. */
const validated = { train: stripeDataset(12, 1), validation: stripeDataset(6, 2) };

/** Four steps an epoch. */
const optionsFor = (change: Partial<TrainOptions> = {}): TrainOptions => ({
  architecture: 'r2plus1d_dw',
  data: { train: stripeDataset(12, 1) },
  outDir: join(folder, 'run'),
  epochs: 1,
  batchSize: 3,
  augment: { horizontalFlip: 0 },
  input,
  device: 'cpu',
  // Two OpenMP threads on a machine that is busy with other tests wait for each other most of the time.
  threads: 1,
  ...change,
});

test('learns motion, reports it, and leaves a model that classifies', async () => {
  const events: TrainEvent[] = [];
  const data = { train: stripeDataset(144, 1), validation: stripeDataset(30, 2) };
  const result = await train(optionsFor({ data, epochs: 6, batchSize: 8, learningRate: 0.01, labelSmoothing: 0.05 }), {
    onProgress: (event) => void events.push(event),
  });
  expect(result.validation?.top1).toBeGreaterThanOrEqual(0.9);
  expect(result).toMatchObject({ epochs: 6, skipped: [], validation: { clips: 30, top5: 1 } });
  expect(result.clipsPerSecond).toBeGreaterThan(0);

  const start = { device: 'cpu', trainClips: 144, validationClips: 30, stepsPerEpoch: 18 };
  expect(events[0]).toMatchObject({ type: 'start', ...start });
  expect(events.at(-1)).toEqual({ type: 'end', result });
  expect(events.filter(({ type }) => type === 'step')).toHaveLength(6 * 18);
  const lines = (await readFile(result.metricsPath, 'utf8')).trim().split('\n');
  const epochs = lines.map((line) => JSON.parse(line) as EpochMetrics);
  expect(epochs).toHaveLength(6);
  expect(epochs[5]).toMatchObject({ epoch: 6, step: 108, validation: { clips: 30 }, train: { clips: 144 } });
  expect(epochs[result.bestEpoch - 1]?.validation).toEqual(result.validation);

  expect((await readdir(join(folder, 'run'))).sort()).toEqual([
    'best.pt',
    'checkpoints',
    'config.json',
    'evaluation.json',
    'last.pt',
    'metrics.jsonl',
    'report.html',
  ]);
  expect(await readdir(join(folder, 'run', 'checkpoints'))).toEqual([
    'step-00000072.ckpt',
    'step-00000090.ckpt',
    'step-00000108.ckpt',
  ]);
  expect(JSON.parse(await readFile(result.configPath, 'utf8'))).toMatchObject({
    architecture: 'r2plus1d_dw',
    options: { learningRate: 0.01, batchSize: 8, augment: { horizontalFlip: 0 } },
    dataset: { trainClips: 144, validationClips: 30 },
    labels,
    input: { frames, height: 24 },
  });

  await using model = await loadModel(result.modelPath, { device: 'cpu' });
  let right = 0;
  for (let index = 0; index < 30; index++) {
    const { predictions } = await model.classifyClip(movingStripes(index % 3, seededRandom(2, index)), { topK: 1 });
    if (predictions[0]?.index === index % 3) right++;
  }
  expect(right / 30).toBeCloseTo(result.validation?.top1 as number, 5);
}, 120_000);

test('two runs with one seed give the same weights and metrics', async () => {
  const run = async (name: string, seed: number) => {
    const { modelPath, metricsPath } = await train(optionsFor({ data: validated, outDir: join(folder, name), seed }));
    const { train: training, validation } = JSON.parse(await readFile(metricsPath, 'utf8'));
    return { training, validation, model: await readFile(modelPath) };
  };
  const first = await run('a', 3);
  expect(await run('b', 3)).toEqual(first);
  expect((await run('c', 4)).training).not.toEqual(first.training);
}, 60_000);

test('goes on from a model file', async () => {
  const data = { train: stripeDataset(48, 1) };
  const first = await train(optionsFor({ data, batchSize: 12, epochs: 3, learningRate: 4e-3 }));
  const start = { architecture: undefined, from: first.modelPath, learningRate: 0 };
  const untouched = { ...start, data, batchSize: 12, outDir: join(folder, 'again') };
  const again = await train(optionsFor(untouched));
  const metrics = async (path: string) => JSON.parse((await readFile(path, 'utf8')).split('\n')[0] as string);
  const fresh = (await metrics(first.metricsPath)) as EpochMetrics;
  expect((await metrics(again.metricsPath)).train.loss).toBeLessThan(fresh.train.loss);

  const two = { ...stripeDataset(8, 1), labels: ['a', 'b'], labelOf: (index: number) => index % 2 };
  const other = await train(optionsFor({ ...untouched, outDir: join(folder, 'two'), data: { train: two }, epochs: 1 }));
  await using model = await loadModel(other.modelPath, { device: 'cpu' });
  expect(model.labels).toEqual(['a', 'b']);
}, 60_000);

test('without validation clips the last epoch is the best', async () => {
  const result = await train(optionsFor({ epochs: 2 }));
  expect(result).toMatchObject({ bestEpoch: 2, validation: null });
}, 60_000);

test('an abort finishes the step, saves a checkpoint and rejects', async () => {
  const controller = new AbortController();
  const events: TrainEvent[] = [];
  const run = train(optionsFor({ epochs: 50 }), {
    signal: controller.signal,
    onProgress: (event) => {
      events.push(event);
      if (event.type === 'step' && event.step === 2) controller.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED', message: expect.stringContaining('after step 2') });
  expect(events.map(({ type }) => type)).toEqual(['start', 'step', 'step', 'checkpoint']);
  expect(await readdir(join(folder, 'run', 'checkpoints'))).toEqual(['step-00000002.ckpt']);

  const late = optionsFor({ outDir: join(folder, 'late') });
  await expect(train(late, { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  expect(await readdir(folder)).toEqual(['run']);
}, 60_000);

test('goes on though the model it began from is gone, with a damaged line of metrics', async () => {
  const base = await train(optionsFor({ outDir: join(folder, 'base') }));
  const options = (change: Partial<TrainOptions> = {}) =>
    optionsFor({ architecture: undefined, from: base.modelPath, epochs: 3, ...change });
  const whole = await train(options({ outDir: join(folder, 'whole') }));

  const controller = new AbortController();
  const onProgress = ({ type }: TrainEvent) => {
    if (type === 'epoch') controller.abort();
  };
  await expect(train(options(), { signal: controller.signal, onProgress })).rejects.toMatchObject({
    code: 'ERR_ABORTED',
  });
  await rm(base.modelPath);
  await appendFile(join(folder, 'run', 'metrics.jsonl'), '{"epoch":\n');
  const warnings: string[] = [];
  const resumed = await train(options({ resume: true }), {
    onProgress: (event) => void (event.type === 'warning' && warnings.push(event.message)),
  });
  expect(warnings).toEqual([expect.stringMatching(/line 2 of .*metrics\.jsonl/)]);
  expect(await readFile(resumed.lastModelPath)).toEqual(await readFile(whole.lastModelPath));
}, 60_000);

test('a config.json that is none is refused', async () => {
  const { configPath } = await train(optionsFor());
  for (const text of ['[]', '{"formatVersion":1}', '{"formatVersion":2,"options":{},"input":{}}', '{']) {
    await writeFile(configPath, text);
    await expect(train(optionsFor({ resume: true }))).rejects.toMatchObject({
      code: 'ERR_FILE_ACCESS',
      message: expect.stringContaining('config.json is damaged'),
    });
  }
}, 60_000);

test.each([[3], [-1], [0.5], [Number.NaN], ['left']])(
  'a label of %p is refused before anything is written',
  async (label) => {
    const labelOf = (index: number) => (index === 7 ? (label as number) : 0);
    const data = { train: { ...stripeDataset(12, 1), labelOf } };
    await expect(train(optionsFor({ data }))).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringMatching(/sample 7 .*from 0 to 2/),
    });
    expect(await readdir(folder)).toEqual([]);
  },
);

test('refuses a folder that holds a run, and leaves it alone', async () => {
  const first = await train(optionsFor());
  const before = await readFile(first.modelPath);
  await expect(train(optionsFor())).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining(join(folder, 'run')),
  });
  expect(await readFile(first.modelPath)).toEqual(before);
}, 60_000);

test('of two runs into one folder at once, one is refused', async () => {
  const runs = await Promise.allSettled([train(optionsFor()), train(optionsFor())]);
  expect(runs.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = runs.find((run) => run.status === 'rejected') as PromiseRejectedResult;
  expect(refused.reason).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
}, 60_000);

test('a loss that is not finite stops the run with the step and the rate', async () => {
  await expect(train(optionsFor({ optimizer: 'sgd', learningRate: 1e30, warmupEpochs: 0 }))).rejects.toMatchObject({
    code: 'ERR_TRAINING',
    message: expect.stringMatching(/at step \d+ with learning rate \d.*e\+\d.*The clips of this step: sample \d+, /),
  });
}, 60_000);

test('broken samples are left out and listed', async () => {
  const broken: ClipDataset = {
    ...stripeDataset(30, 1),
    nameOf: (index) => `clip-${index}`,
    clip: async (index, { random }) => {
      if (index === 7) throw new Error('cut short');
      return movingStripes(index % 3, random);
    },
  };
  const { skipped } = await train(optionsFor({ epochs: 2, data: { train: broken }, maxSkippedShare: 0.5 }));
  expect(skipped).toEqual([{ index: 7, name: 'clip-7', reason: 'cut short' }]);
}, 60_000);

test('clips smaller than the input are refused by their size', async () => {
  const run = train(optionsFor({ input: { ...input, height: 32, width: 32, resize: [32, 32] } }));
  await expect(run).rejects.toMatchObject({
    code: 'ERR_CLIP_SHAPE',
    message: expect.stringContaining('32 or more rows'),
  });
}, 60_000);

test('an asynchronous onProgress is not waited for, but its failure ends the run', async () => {
  let steps = 0;
  const slow = train(optionsFor({ epochs: 1 }), {
    onProgress: async ({ type }) => {
      if (type === 'step') steps++;
      if (type === 'start') await new Promise((resolve) => setTimeout(resolve, 200));
      if (type === 'epoch') expect(steps).toBe(4);
    },
  });
  await slow;
  const failing = train(optionsFor({ outDir: join(folder, 'failing'), epochs: 50 }), {
    onProgress: async ({ type }) => {
      if (type === 'step') throw new Error('display is gone');
    },
  });
  await expect(failing).rejects.toThrow('display is gone');
}, 60_000);

test.each([
  ['constant', [1e-9, 1e-9, 1e-9]],
  ['plateau', [1e-9, 1e-9, 1e-10]],
] as const)(
  'a validation loss that stands still leaves a %s rate at %j',
  async (schedule, expected) => {
    const still = { learningRate: 1e-9, freezeBatchNorm: true, warmupEpochs: 0, patience: 0, gamma: 0.1 };
    const { metricsPath } = await train(optionsFor({ ...still, data: validated, schedule, epochs: 3 }));
    const lines = (await readFile(metricsPath, 'utf8')).trim().split('\n');
    const rates = lines.map((line) => (JSON.parse(line) as EpochMetrics).learningRate);
    rates.forEach((rate, epoch) => {
      expect(rate).toBeCloseTo(expected[epoch] as number, 15);
    });
  },
  60_000,
);

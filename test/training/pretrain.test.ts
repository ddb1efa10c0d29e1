import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { readMetadata } from '../../lib/model/modelFile';
import { callNative, native } from '../../lib/native';
import type { TrainOptions } from '../../lib/training/options';
import { pretrain, resumePretrainOptions } from '../../lib/training/pretrain';
import type { PretrainOptions } from '../../lib/training/pretrainOptions';
import type { PretrainEpoch, PretrainEvent } from '../../lib/training/pretrainTypes';
import { resumeOptions, train } from '../../lib/training/train';
import { expectError } from '../support/models';
import { noise, smallRun } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

jest.setTimeout(120_000);

const folder = temporaryFolder();

/** Squares of 12 pixels that wander over a grey ground. */
const squares = (length: number) => {
  const { labels, labelOf, ...unlabelled } = noise(length, {
    clip: async (index) => {
      const [frames, height, width] = [4, 40, 40];
      const data = new Uint8Array(frames * height * width * 3).fill(90);
      for (let frame = 0; frame < frames; frame++) {
        for (let y = 8; y < 20; y++) {
          const left = ((index * 7) % 20) + 2 * frame;
          const at = ((frame * height + y + (index % 3) * 6) * width + left) * 3;
          data.fill(230, at, at + 12 * 3);
        }
      }
      return { data, frames, height, width };
    },
  });
  return unlabelled;
};

/** Without validation clips, as to reconstruct them and to write their report takes longer than the steps. */
const trainingAlone = { train: squares(16) };

const optionsFor = (name: string, change: Partial<PretrainOptions> = {}): PretrainOptions => ({
  architecture: 'r2plus1d_dw',
  data: { train: squares(16), validation: squares(6) },
  outDir: join(folder, name),
  epochs: 2,
  batchSize: 8,
  input: { frames: 4, height: 40, width: 40, resize: [40, 40] },
  device: 'cpu',
  threads: 1,
  ...change,
});

const metricsOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PretrainEpoch);

test('a run reports its errors, and leaves a model without a head that says what it is', async () => {
  const events: PretrainEvent[] = [];
  const result = await pretrain(optionsFor('run', { ema: 0.9, license: 'CC-BY-4.0' }), {
    onProgress: (event) => void events.push(event),
  });
  expect(events[0]).toMatchObject({ type: 'start', labels: [], trainClips: 16, validationClips: 6, stepsPerEpoch: 2 });
  const step = events.find((event) => event.type === 'step');
  expect(step?.loss).toBeCloseTo(1, 0);
  expect(step?.loss).toBeCloseTo(((step?.pixels as number) + (step?.difference as number)) / 2, 5);
  const epochs = await metricsOf(result.metricsPath);
  const best = epochs[result.bestEpoch - 1];
  expect(best?.validation).toEqual(result.validation);
  expect(Math.min(...epochs.map(({ validation }) => validation?.loss as number))).toBe(result.validation?.loss);
  expect(result.validation).toMatchObject({ clips: 6, pixels: expect.any(Number), difference: expect.any(Number) });

  expect(await readMetadata(result.modelPath)).toMatchObject({
    architecture: 'r2plus1d_dw',
    task: 'reconstruct',
    labels: [],
    stages: ['encoder.stem', 'encoder.layer1', 'encoder.layer2', 'encoder.layer3', 'encoder.layer4'],
    head: null,
    outputs: ['reconstruction', 'target'],
    // A frame of 40 pixels has fewer than five cells of the last stage's 32.
    reconstruction: { objective: 'masked', ratio: 0.75, cell: 8, target: 'both' },
    license: 'CC-BY-4.0',
  });
  const { stages, unknownOperator } = await inspectModel(result.modelPath);
  expect(unknownOperator).toBeNull();
  expect(stages.map(({ name }) => name)).toContain('encoder.layer4');
  const report = await readFile(result.reportPath, 'utf8');
  expect(report).toContain('Pre-training report');
  expect(report).toContain('nothing learned');
  expect(report.match(/<img /g)?.length).toBe(6 * 3 * 4);
});

test('a model without a head does not classify, and train gives it one', async () => {
  const { modelPath } = await pretrain(optionsFor('pre', { data: trainingAlone, epochs: 1 }));
  await using headless = await loadModel(modelPath, { device: 'cpu' });
  const shown = { data: new Uint8Array(4 * 40 * 40 * 3), frames: 4, height: 40, width: 40 };
  await expectError(headless.classifyClip(shown), 'ERR_UNSUPPORTED', 'adds a head');
  await expectError(headless.embedClip(shown), 'ERR_UNSUPPORTED', 'adds a head');

  const shape = { frames: 4, height: 40, width: 40 };
  const clip = async () => ({ data: new Uint8Array(4 * 40 * 40 * 3).map((_, place) => (place * 31) % 251), ...shape });
  const embeddingOf = async (name: string, change: Partial<TrainOptions>) => {
    const still = { epochs: 1, learningRate: 0, freezeBatchNorm: true, data: { train: noise(4, { clip }) } };
    const run = { ...smallRun(join(folder, name)), ...still, architecture: undefined, input: undefined, ...change };
    await using model = await loadModel((await train(run)).modelPath, { device: 'cpu' });
    expect(model.labels).toEqual(['dark', 'bright']);
    expect(model.metadata).toMatchObject({ head: 'fc', stages: ['stem', 'layer1', 'layer2', 'layer3', 'layer4'] });
    return model.embedClip(await clip());
  };
  // Nothing is learned: whatever the head, the stages are the pre-trained model's.
  const first = await embeddingOf('tuned-1', { from: modelPath, seed: 1, bodyRate: 0.5 });
  expect(await embeddingOf('tuned-2', { from: modelPath, seed: 2 })).toEqual(first);
  const input = { ...shape, resize: [40, 40] as [number, number] };
  expect(await embeddingOf('fresh', { architecture: 'r2plus1d_dw', input, seed: 1 })).not.toEqual(first);
});

test('a run that was aborted and resumed ends with the same bits', async () => {
  const augment = { cropArea: [0.5, 1] as const, brightness: 0.2 };
  const common = { epochs: 2, ema: 0.9, augment, checkpointMinutes: 0 };
  const whole = await pretrain(optionsFor('whole', common));
  const controller = new AbortController();
  const options = optionsFor('halves', common);
  const stopped = pretrain(options, {
    signal: controller.signal,
    onProgress: (event) => void (event.type === 'step' && event.step === 3 && controller.abort()),
  });
  await expectError(stopped, 'ERR_ABORTED', 'after step 3');
  const resumed = await pretrain({ ...options, resume: true });
  for (const path of ['modelPath', 'lastModelPath'] as const) {
    expect(await readFile(resumed[path])).toEqual(await readFile(whole[path]));
  }
  const figures = async (path: string) =>
    (await metricsOf(path)).map(({ train: training, validation }) => ({ training, validation }));
  expect(await figures(resumed.metricsPath)).toEqual(await figures(whole.metricsPath));
});

test('with the objective plain nothing is hidden, and the decoder gives pixels', async () => {
  const { modelPath, validation, reportPath } = await pretrain(optionsFor('plain', { objective: 'plain', epochs: 1 }));
  expect(validation).toEqual({ loss: expect.any(Number), clips: 6 });
  expect(await readMetadata(modelPath)).toMatchObject({ reconstruction: { objective: 'plain' } });
  expect(await readFile(reportPath, 'utf8')).not.toContain('nothing learned');
});

test('what is hidden and predicted can be chosen', async () => {
  const mask = { ratio: 0.5, cell: 20 };
  const options = optionsFor('chosen', { epochs: 1, mask, target: 'difference' });
  const { validation, modelPath, reportPath } = await pretrain(options);
  expect(Object.keys(validation ?? {})).toEqual(['loss', 'difference', 'clips']);
  const reconstruction = { objective: 'masked', ratio: 0.5, cell: 20, target: 'difference' };
  expect((await readMetadata(modelPath))?.reconstruction).toEqual(reconstruction);
  const report = await readFile(reportPath, 'utf8');
  expect(report).toContain('Pre-training report');
  expect(report).not.toContain('<img ');
});

describe('bad options', () => {
  const refused = (change: object) => pretrain(optionsFor('refused', change as Partial<PretrainOptions>));
  test.each<[string, object, string[]]>([
    ['no architecture', { architecture: undefined }, ['options.architecture']],
    ['an unknown one', { architecture: 'resnet_18' }, ['one of r3d_18']],
    ['a mask that hides nothing', { mask: { ratio: 0.1, cell: 40 } }, ['hide something of each clip', '1 cell of 40']],
    ['all hidden', { mask: { ratio: 1 } }, ['options.mask.ratio']],
    [
      'clips shorter than cells',
      { input: { frames: 1, height: 40, width: 40 } },
      ['options.input.frames', 'at least 2'],
    ],
    ['a mask where nothing is hidden', { objective: 'plain', mask: {} }, ["the objective 'plain'"]],
    ['a target where nothing is hidden', { objective: 'plain', target: 'both' }, ['options.target']],
    ['labels', { augment: { flipExcept: ['a'] } }, ['flipExcept', 'no labels']],
    ['mixed labels', { augment: { mixup: 0.2 } }, ['options.augment.mixup', 'no labels']],
    ['pasted ones', { augment: { cutmix: 1 } }, ['options.augment.cutmix', 'no labels']],
    ['what is about classes', { labelSmoothing: 0.1 }, ['unknown key']],
    ['what is about weights to go on from', { inflate: 'centre' }, ['unknown key']],
    ['no clips', { data: { train: squares(0) } }, ['at least 1']],
  ])('%s', async (_, change, parts) => {
    await expectError(refused(change), 'ERR_INVALID_ARGUMENT', ...parts);
  });
});

test('each of train and pretrain resumes its own runs', async () => {
  const { configPath } = await train(smallRun(join(folder, 'classes'), { epochs: 1 }));
  expect(JSON.parse(await readFile(configPath, 'utf8'))).not.toHaveProperty('task');
  await pretrain(optionsFor('clips', { data: trainingAlone, epochs: 1 }));
  await expectError(resumePretrainOptions(join(folder, 'classes')), 'ERR_INVALID_ARGUMENT', 'a run of `pretrain`');
  await expectError(resumeOptions(join(folder, 'clips')), 'ERR_INVALID_ARGUMENT', 'not of `pretrain`');
});

test('a decoder is asked of files that have one', async () => {
  const { modelPath } = await train(smallRun(join(folder, 'headed'), { epochs: 1 }));
  const file = await native().NativeModelFile.open(modelPath, '');
  try {
    const batch = { data: new Uint8Array(4 * 16 * 16 * 3), batch: 1, frames: 4, height: 16, width: 16 };
    const labels = { labels: new Int32Array(), targets: new Float32Array() };
    const { input } = (await readMetadata(modelPath)) ?? {};
    if (!input) throw new Error('no input');
    const made = callNative(() =>
      native().reconstructClips(
        file,
        { ...batch, ...labels },
        { input, mask: { ratio: 0, cell: 8, target: 'both' }, seed: 0 },
      ),
    );
    await expectError(made, 'ERR_UNSUPPORTED', 'a model with a decoder');
  } finally {
    file.close();
  }
});

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createModel } from '../../lib/model/createModel';
import { noFrameCnn } from '../../lib/model/frameCnnSchema';
import { readMetadata } from '../../lib/model/modelFile';
import type { CreateModelOptions } from '../../lib/model/options';
import { native } from '../../lib/native';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import { expectError } from '../support/models';
import { abortWhen, noise, smallRun } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const options = smallRun('', { architecture: undefined, epochs: 1 });
const { labels } = noise(1);
const input = {
  frames: 4,
  height: 16,
  width: 16,
  frameRate: 15,
  resize: [20, 20],
  antialias: false,
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};

/** Trains on from a network that is not in the table, whose metadata says this of its parts. */
async function trainFrom(name: string, parts: object, change: Partial<TrainOptions>) {
  const metadata = { formatVersion: 2, architecture: 'mine', task: 'multiclass', labels, input, outputs: [], ...parts };
  const from = await native().createModel({
    architecture: 'r2plus1d_dw',
    numClasses: labels.length,
    seed: 1,
    metadata: JSON.stringify(metadata),
    weights: [],
    newHead: false,
    frameCnn: noFrameCnn,
    inflate: 'average',
  });
  return train({ ...options, outDir: join(folder, name), from, ...change });
}

const known = { stages: ['stem', 'layer1.0'], head: 'fc' };
const unknown = { stages: [], head: null };

test("stages and head are those of the model's metadata, which go on into the next model", async () => {
  const { modelPath } = await trainFrom('known', known, { freezeStages: 2, bodyRate: 0.1 });
  expect(await readMetadata(modelPath)).toMatchObject({
    formatVersion: 2,
    architecture: 'mine',
    outputs: [],
    ...known,
  });
  const wrongStage = { ...known, stages: ['stem', 'trunk'] };
  await expectError(trainFrom('stage', wrongStage, { freezeStages: 2 }), 'ERR_INVALID_ARGUMENT', 'frozen', '"trunk"');
  const wrongHead = { ...known, head: 'classifier' };
  await expectError(
    trainFrom('head', wrongHead, { bodyRate: 0.1 }),
    'ERR_INVALID_ARGUMENT',
    '`classifier`',
    'bodyRate',
  );
});

test('the licence in the new model is the one that was given, else that of the model in `from`', async () => {
  const licensed = { ...unknown, license: 'CC-BY-4.0' };
  const licenseOf = async (name: string, change: Partial<TrainOptions>) =>
    (await readMetadata((await trainFrom(name, licensed, change)).modelPath))?.license;
  expect(await licenseOf('kept', {})).toBe('CC-BY-4.0');
  expect(await licenseOf('given', { license: 'MIT' })).toBe('MIT');
  await expectError(trainFrom('none', licensed, { license: '' }), 'ERR_INVALID_ARGUMENT', 'an SPDX expression');
});

test('no more stages can be frozen than the model has', async () => {
  await expectError(
    trainFrom('many', known, { freezeStages: 3 }),
    'ERR_INVALID_ARGUMENT',
    'options.freezeStages',
    'at most 2, the stages of mine',
  );
  const fresh = { ...options, architecture: 'r2plus1d_dw', outDir: join(folder, 'fresh'), freezeStages: 6 };
  await expectError(train(fresh), 'ERR_INVALID_ARGUMENT', 'at most 5, the stages of r2plus1d_dw');
});

test('a network whose parts are not known trains whole, and neither stages nor head can be asked for', async () => {
  const { modelPath } = await trainFrom('whole', unknown, {});
  expect(await readMetadata(modelPath)).toMatchObject(unknown);
  await expectError(trainFrom('stages', unknown, { freezeStages: 1 }), 'ERR_INVALID_ARGUMENT', 'names no stages');
  await expectError(trainFrom('body', unknown, { bodyRate: 0.1 }), 'ERR_INVALID_ARGUMENT', 'bodyRate', 'names none');
});

test("a run from a 2-D model goes on as the network that the model's file described", async () => {
  const from = join(folder, 'motion.pt');
  const small = { frames: 4, height: 16, width: 16, resize: [20, 20] as [number, number] };
  const made = { stream: 'difference', pool: 'mean+change', dropout: 0.3 } as const;
  const modelWith = (options: Partial<CreateModelOptions>) =>
    createModel({ architecture: 'mobilenet_v2', labels: [...labels], input: small, ...options });
  await modelWith(made).then((archive) => archive.save(from));
  const data = { train: noise(2) };
  const motion = (name: string, change: Partial<TrainOptions> = {}) =>
    smallRun(join(folder, name), { architecture: undefined, input: undefined, from, data, ...change });
  const whole = await train(motion('whole-motion'));

  const afterOne = abortWhen(({ type }) => type === 'epoch');
  await expectError(train(motion('motion'), afterOne), 'ERR_ABORTED');
  await rm(from);
  const resumed = await train(motion('motion', { resume: true }));
  expect(await readMetadata(resumed.modelPath)).toMatchObject({
    frameCnn: made,
    outputs: ['logits', 'probabilities', 'embedding'],
  });
  const files = await Promise.all([resumed, whole].map(({ lastModelPath }) => readFile(lastModelPath)));
  expect(files[0]?.equals(files[1] as Buffer)).toBe(true);

  // From its beginning, where no checkpoint is left: then the file counts again.
  await rm(join(folder, 'motion', 'checkpoints'), { recursive: true });
  await modelWith({ ...made, dropout: 0 }).then((archive) => archive.save(from));
  await expectError(train(motion('motion', { resume: true })), 'ERR_INVALID_ARGUMENT', 'frameCnn', 'was begun');
});

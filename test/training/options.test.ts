import type { ClipDataset } from '../../lib/dataset/types';
import type { TrainOptions } from '../../lib/training/options';
import { checkCallbacks, fillOptions } from '../../lib/training/options';

const dataset: ClipDataset = {
  labels: ['a', 'b'],
  length: 4,
  labelOf: (index) => index % 2,
  clip: async () => ({ data: new Uint8Array(3), frames: 1, height: 1, width: 1 }),
};
const base: TrainOptions = { architecture: 'r3d_18', data: 'clips', outDir: 'run' };

test('defaults follow the optimiser', () => {
  expect(fillOptions(base)).toMatchObject({ optimizer: 'adamw', learningRate: 1e-3, weightDecay: 0.05, epochs: 30 });
  expect(fillOptions({ ...base, optimizer: 'sgd' })).toMatchObject({
    learningRate: 0.02,
    weightDecay: 1e-4,
    momentum: 0.9,
    nesterov: true,
  });
  expect(fillOptions({ ...base, optimizer: 'sgd', momentum: 0 }).nesterov).toBe(false);
  expect(fillOptions({ ...base, epochs: 50 }).warmupEpochs).toBe(5);
  expect(fillOptions({ ...base, schedule: 'onecycle' }).warmupEpochs).toBe(0);
  expect(fillOptions({ ...base, weightDecay: 0, learningRate: 0.5 })).toMatchObject({
    weightDecay: 0,
    learningRate: 0.5,
  });
});

test('input overrides come through as they were given', () => {
  expect(fillOptions({ ...base, input: { frames: 4 } }).input).toEqual({ frames: 4 });
  expect(fillOptions({ ...base, data: { train: dataset } }).input).toBeUndefined();
});

test('a signal is known by what it does, as in every other call', () => {
  const signal = {
    aborted: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  } as unknown as AbortSignal;
  expect(checkCallbacks({ signal }).signal).toBe(signal);
  expect(() => checkCallbacks({ signal: {} as AbortSignal })).toThrow('`callbacks.signal` to be an AbortSignal');
});

test.each<[string, object, string]>([
  ['neither architecture nor from', { architecture: undefined }, '`architecture`, `from` or both'],
  ['inflation without weights', { inflate: 'centre' }, '`options.inflate` to be left out without weights'],
  [
    'inflation of a model that is one for clips',
    { architecture: undefined, from: 'best.pt', inflate: 'centre' },
    '`options.inflate`',
  ],
  ['an unknown option', { epoch: 3 }, '"epoch"'],
  ['epochs', { epochs: 0 }, '`options.epochs` to be an integer between 1 and 100000 but received 0 of type number'],
  ['batchSize', { batchSize: 2.5 }, '`options.batchSize`'],
  ['learningRate', { learningRate: Number.NaN }, '`options.learningRate`'],
  ['optimizer', { optimizer: 'adam' }, "`options.optimizer` to be 'sgd' or 'adamw' but received \"adam\""],
  ['nesterov without momentum', { optimizer: 'sgd', nesterov: true, momentum: 0 }, '`options.momentum`'],
  ['data', { data: 7 }, '`options.data`'],
  ['an empty path', { data: '' }, '`options.data`'],
  ['a dataset that lacks methods', { data: { train: { labels: ['a'], length: 1 } } }, '`options.data'],
  ['labels twice', { data: { train: { ...dataset, labels: ['a', 'a'] } } }, '`options.data.train.labels.1`'],
  ['an empty dataset', { data: { train: { ...dataset, length: 0 } } }, '`options.data.train.length`'],
  [
    'other labels in validation',
    { data: { train: dataset, validation: { ...dataset, labels: ['b', 'a'] } } },
    '`options.data.validation.labels`',
  ],
  ['input', { input: { frames: 0 } }, '`options.input.frames`'],
  ['flip', { augment: { horizontalFlip: 1.5 } }, '`options.augment.horizontalFlip`'],
  ['milestones without multistep', { milestones: [3] }, '`options.milestones`'],
  ['multistep without milestones', { schedule: 'multistep' }, '`options.milestones`'],
  ['an unknown schedule', { schedule: 'exponential' }, "'cosine' or"],
  ['class weights', { classWeights: 'even' }, '`options.classWeights`'],
  ['a class weight of nothing', { classWeights: [1, 0] }, '`options.classWeights'],
  ['the cache', { cache: { where: 'cloud' } }, '`options.cache.where`'],
])('refuses %s', (_, change, message) => {
  const call = () => fillOptions({ ...base, ...change } as TrainOptions);
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  expect(call).toThrow(message);
});

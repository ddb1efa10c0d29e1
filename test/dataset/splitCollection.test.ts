import { join } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { splitCollection } from '../../lib/dataset/collections/splitCollection';
import type { VideoCollection, VideoSample } from '../../lib/dataset/types';
import { sharedData } from '../support/temporaryFolder';

const plain = { group: null, split: null, fold: null, startSeconds: null, endSeconds: null, isFrames: false };
const collectionOf = (samples: (Partial<VideoSample> & { labels: number[] })[], classes = 2): VideoCollection => ({
  root: '/data',
  format: 'manifest',
  labels: Array.from({ length: classes }, (_, label) => `class-${label}`),
  multiLabel: false,
  samples: samples.map((sample, index) => ({ ...plain, path: `/data/${index}.mp4`, ...sample })),
  leftOut: [],
  warnings: [],
});
const groupsOf = (samples: readonly VideoSample[]) => [...new Set(samples.map(({ group }) => group))].sort();
const countOf = (samples: readonly VideoSample[], label: number) =>
  samples.filter(({ labels }) => labels.includes(label)).length;

test('without groups, every class gives its share by the seed; a class of one gives none', () => {
  const samples = [...Array(10).fill({ labels: [0] }), ...Array(20).fill({ labels: [1] }), { labels: [2] }];
  const collection = collectionOf(samples, 3);
  const split = (seed: number) => splitCollection(collection, { validationShare: 0.3, seed });
  const { train, validation, test: held, warnings } = split(1);
  expect([0, 1, 2].map((label) => countOf(validation, label))).toEqual([3, 6, 0]);
  expect(new Set([...train, ...validation])).toEqual(new Set(collection.samples));
  expect(train.length + validation.length).toBe(31);
  expect([held, warnings]).toEqual([[], []]);
  expect(split(1).validation).toEqual(validation);
  expect(split(2).validation).not.toEqual(validation);
  expect(splitCollection(collection, { validationShare: 0, seed: 1 }).validation).toEqual([]);
});

describe('with groups', () => {
  test('whole groups are drawn, and classes keep their shares', async () => {
    const fights = await readCollection(join(sharedData, 'fights'));
    for (const seed of [0, 1, 2, 3]) {
      const { train, validation, warnings } = splitCollection(fights, { validationShare: 0.2, seed });
      expect(groupsOf(train).filter((group) => groupsOf(validation).includes(group))).toEqual([]);
      for (const label of [0, 1]) expect(Math.abs(countOf(validation, label) - 30)).toBeLessThanOrEqual(2);
      expect(warnings).toEqual([]);
    }
  });

  test('one group too large for the share is taken where there is no other', () => {
    const samples = ['a', 'a', 'a', 'b', 'b'].flatMap((group) => [
      { labels: [0], group },
      { labels: [1], group },
    ]);
    const { validation } = splitCollection(collectionOf(samples), { validationShare: 0.1, seed: 0 });
    expect(groupsOf(validation)).toEqual(['b']);
  });

  test('no class is left without clips to train on', () => {
    const samples = [
      ...Array(4).fill({ labels: [0], group: 'only' }),
      ...['x', 'y', 'z'].map((group) => ({ labels: [1], group })),
    ];
    for (let seed = 0; seed < 5; seed++) {
      const { train, validation } = splitCollection(collectionOf(samples), { validationShare: 0.7, seed });
      expect(countOf(train, 0)).toBe(4);
      expect(countOf(validation, 1)).toBe(2);
    }
  });
});

describe('with splits and folds', () => {
  test('those of the data hold, whatever the share', async () => {
    const words = await readCollection(join(sharedData, 'lip-words'));
    const { train, validation, test: held, warnings } = splitCollection(words, { validationShare: 0.5, seed: 0 });
    expect([train.length, validation.length, held.length]).toEqual([1000, 200, 300]);
    expect(groupsOf(validation)).toEqual(['F05', 'M07']);
    expect(groupsOf(held)).toEqual(['F02', 'F08', 'M04']);
    expect(warnings).toEqual([]);
  });

  test('validation is drawn from the training clips alone', () => {
    const samples = Array.from({ length: 40 }, (_, i) => ({
      labels: [i % 2],
      split: i < 20 ? ('train' as const) : ('test' as const),
    }));
    const { train, validation, test: held } = splitCollection(collectionOf(samples), { validationShare: 0.2, seed: 0 });
    expect([train.length, validation.length, held.length]).toEqual([16, 4, 20]);
    expect([...train, ...validation].every(({ split }) => split === 'train')).toBe(true);
  });

  test('a fold is held out, and test clips stay out of both sides', async () => {
    const fights = await readCollection(join(sharedData, 'fights'));
    const { train, validation, warnings } = splitCollection(fights, { validationShare: 0.2, fold: 1, seed: 0 });
    expect([train.length, validation.length]).toEqual([199, 101]);
    expect(warnings).toEqual([]);
    const samples = [0, 1, 2].flatMap((fold) => [
      { labels: [0], fold },
      { labels: [1], fold, split: 'test' as const },
    ]);
    const split = splitCollection(collectionOf(samples), { validationShare: 0, fold: 2, seed: 0 });
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([2, 1, 3]);
    expect(() => splitCollection(fights, { validationShare: 0, fold: 5, seed: 0 })).toThrow(/0, 1, 2, but received 5/);
    expect(() => splitCollection(collectionOf([{ labels: [0] }]), { validationShare: 0, fold: 0, seed: 0 })).toThrow(
      /which have none/,
    );
  });

  test('a group on both sides is a warning that names it', () => {
    const samples = [
      { labels: [0], group: 'anna', split: 'train' as const },
      { labels: [1], group: 'anna', split: 'test' as const },
      { labels: [1], group: 'bob', split: 'train' as const },
    ];
    const { warnings } = splitCollection(collectionOf(samples), { validationShare: 0, seed: 0 });
    expect(warnings).toEqual([expect.stringMatching(/^1 group is on more than one side.*anna \(train and test\)/)]);
    const folds = samples.map((sample, fold) => ({ ...sample, split: null, fold }));
    expect(splitCollection(collectionOf(folds), { validationShare: 0, fold: 1, seed: 0 }).warnings).toEqual([
      expect.stringContaining('anna (train and validation)'),
    ]);
  });

  test('a class without clips to train on is a warning', () => {
    const samples = [
      { labels: [0], split: 'train' as const },
      { labels: [1], split: 'test' as const },
    ];
    expect(splitCollection(collectionOf(samples), { validationShare: 0, seed: 0 }).warnings).toEqual([
      'no clip to train on for 1 of 2 classes: class-1',
    ]);
  });
});

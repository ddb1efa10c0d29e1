import { join } from 'node:path';
import type { ClipDataset } from '../../lib/dataset/types';
import { chooseWeightDecay } from '../../lib/training/chooseWeightDecay';
import { fitHead } from '../../lib/training/fitHead';
import { expectError, noiseClip, onCpu, smallArchive } from '../support/models';
import { noise } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

test('a batch may be larger than the usual queue of a model', async () => {
  const archive = await smallArchive({ input: { frames: 2, height: 16, width: 16 } });
  const views: ClipDataset['views'] = async (index, clips) =>
    Array.from({ length: clips }, () => noiseClip({ frames: 2, height: 16, width: 16, seed: index + 1 }));
  const fit = await fitHead(archive, {
    data: { train: noise(2, { views }) },
    outFile: join(folder, 'head.pt'),
    clips: 300,
    batchSize: 600,
    ...onCpu,
  });
  expect(fit).toMatchObject({ training: { samples: 2, top1: 1 }, skipped: [] });
});

test('a weight decay is not chosen among clips of one group', async () => {
  const videos = [0, 1].map((index) => ({ index, labels: [index], vectors: [Float32Array.of(index, 1)] }));
  const task = { classes: 2, multiLabel: false };
  const choose = (keyOf: (index: number) => string) => chooseWeightDecay(videos, keyOf, task, 0);
  await expectError(
    choose(() => 'one speaker'),
    'ERR_DATASET',
    /at least two groups/,
    '2 of 1: give `weightDecay`',
  );
  expect(await choose(String)).toBeGreaterThan(0);
});

test('of several networks, each clip is loaded once', async () => {
  const loaded: number[] = [];
  const views: ClipDataset['views'] = async (index) => {
    loaded.push(index);
    return [noiseClip({ frames: 2, height: 16, width: 16, seed: index + 1 })];
  };
  const progress: string[] = [];
  const input = { frames: 2, height: 16, width: 16 };
  const fit = await fitHead([await smallArchive({ input }), await smallArchive({ input, seed: 8 })], {
    data: { train: noise(4, { views }) },
    outFile: join(folder, 'both.json'),
    weightDecay: 0.01,
    onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    ...onCpu,
  });
  expect(loaded.sort()).toEqual([0, 1, 2, 3]);
  expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
  expect(fit).toMatchObject({ training: { samples: 4 }, validation: null });
});

test('networks whose videos are decoded in different ways cannot be one', async () => {
  const input = { frames: 2, height: 16, width: 16 };
  const archives = [
    await smallArchive({ input }),
    await smallArchive({ input: { ...input, untaggedMatrix: 'bt601' } }),
  ];
  const outFile = join(folder, 'never.json');
  const fit = fitHead(archives, { data: { train: noise(2) }, outFile, ...onCpu });
  await expectError(fit, 'ERR_INVALID_ARGUMENT', /untaggedMatrix/);
});

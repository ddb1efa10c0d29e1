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

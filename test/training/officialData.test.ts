/** UCF101 and HMDB51 as they are unpacked, with real .avi files: read, decoded and trained on. */
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evaluate } from '../../lib/evaluation/evaluate';
import { readMetadata } from '../../lib/model/modelFile';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import type { TrainEvent } from '../../lib/training/types';
import { onCpu } from '../support/models';
import { sharedData, temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();

/** Copies of one real video each, below `root`. */
function place(root: string, source: string, paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(sharedData, 'clips', source), join(root, path));
  }
}

async function run(data: string, change: Partial<TrainOptions> = {}) {
  const events: TrainEvent[] = [];
  const result = await train(
    {
      architecture: 'r2plus1d_dw',
      data,
      outDir: `${data}-run`,
      epochs: 1,
      batchSize: 2,
      validationShare: 0.34,
      input: { frames: 4, frameRate: 15, height: 32, width: 40, resize: [36, 48] },
      ...onCpu,
      ...change,
    },
    { onProgress: (event) => void events.push(event) },
  );
  return { result, start: events[0] as TrainEvent & { type: 'start' } };
}

test('UCF101', async () => {
  const root = join(folder, 'ucf');
  const names = (name: string) => [1, 8, 9, 10].map((group) => `${name}/v_${name}_g${`0${group}`.slice(-2)}_c01.avi`);
  const [archery, pitch] = [names('Archery'), names('BaseballPitch')];
  place(join(root, 'UCF-101'), 'archery.avi', archery);
  place(join(root, 'UCF-101'), 'baseball_pitch.avi', pitch);
  writeFiles(root, {
    'ucfTrainTestlist/classInd.txt': '1 Archery\n2 BaseballPitch\n',
    'ucfTrainTestlist/trainlist01.txt': [...archery, ...pitch]
      .filter((path) => !path.includes('_g01_'))
      .map((path) => `${path} ${path.startsWith('A') ? 1 : 2}\n`)
      .join(''),
    'ucfTrainTestlist/testlist01.txt': `${archery[0]}\n${pitch[0]}\n`,
  });
  const { result, start } = await run(root);
  expect(start).toMatchObject({ labels: ['Archery', 'BaseballPitch'], trainClips: 4, validationClips: 2 });
  expect(result).toMatchObject({ epochs: 1, skipped: [], validation: { clips: 2 } });
  const { predictions } = await evaluate(result.modelPath, root, { ...onCpu, split: 'test', clips: 2 });
  expect(predictions.map(({ name, labels }) => [name, ...labels])).toEqual([
    [join(root, 'UCF-101', archery[0] as string), 'Archery'],
    [join(root, 'UCF-101', pitch[0] as string), 'BaseballPitch'],
  ]);
}, 120_000);

test('HMDB51, every second frame', async () => {
  const root = join(folder, 'hmdb');
  const names = (name: string) =>
    ['Film_A', 'Film_B', 'Film_C', 'Film_D'].map((film) => `${film}_${name}_f_cm_np1_ri_med_0.avi`);
  const classes = { shoot_bow: 'archery.avi', throw: 'baseball_pitch.avi' };
  for (const [label, source] of Object.entries(classes)) {
    place(join(root, label), source, names(label));
    const lines = names(label).map((name, index) => `${name} ${index === 0 ? 2 : 1} \n`);
    writeFiles(root, { [`testTrainMulti_7030_splits/${label}_test_split1.txt`]: lines.join('') });
  }
  const { result, start } = await run(root, { stride: 2 });
  expect(start).toMatchObject({ labels: Object.keys(classes), trainClips: 4, validationClips: 2 });
  expect(result.skipped).toEqual([]);
  // Who uses the model samples at the rate it was trained at.
  expect((await readMetadata(result.modelPath))?.input.frameRate).toBe(7.5);
  const { metrics } = await evaluate(result.modelPath, root, { ...onCpu, clips: 1 });
  expect(metrics.video).toEqual({ count: 2, top1: result.validation?.top1, top5: 1 });
  await expect(run(root, { stride: 2, input: { sampling: 'segment' }, outDir: `${root}-no` })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('`stride`'),
  });
}, 120_000);

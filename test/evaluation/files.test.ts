import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate } from '../../lib/evaluation/evaluate';
import type { Evaluation } from '../../lib/evaluation/types';
import { createModel, type ModelArchive } from '../../lib/model/createModel';
import { loadModel } from '../../lib/model/loadModel';
import { crossValidate, summaryOf } from '../../lib/training/crossValidate';
import { train } from '../../lib/training/train';
import { expectError, onCpu } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const fights = join(__dirname, '..', '..', '..', 'shared', 'data', 'fights');
const input = { frames: 4, height: 32, width: 32, resize: [40, 40] as [number, number] };
const labels = ['fight', 'no-fight'];

/** path, label, split and fold. */
const rows: [string, string, string, number][] = [];

const folder = temporaryFolder();
let archive: ModelArchive;
beforeAll(async () => {
  const lines = (await readFile(join(fights, 'manifest.csv'), 'utf8')).trim().split('\n').slice(1);
  for (const label of labels) {
    const files = lines
      .map((line) => line.split(','))
      .filter(([, of]) => of === label)
      .slice(0, 6);
    await mkdir(join(folder, label));
    for (const [index, [path = '']] of files.entries()) {
      const name = `${label}/${index}.mp4`;
      await copyFile(join(fights, path), join(folder, name));
      rows.push([name, label, ['train', 'val', 'test'][index % 3] as string, index % 2]);
    }
  }
  await writeFile(
    join(folder, 'splits.csv'),
    `path,label,split\n${rows.map(([path, label, split]) => `${path},${label},${split}\n`).join('')}`,
  );
  await writeFile(
    join(folder, 'folds.csv'),
    `path,label,fold\n${rows.map(([path, label, , fold]) => `${path},${label},${fold}\n`).join('')}`,
  );
  archive = await createModel({ architecture: 'r2plus1d_dw', labels, input, seed: 1 });
});

const namesOf = async (data: string, options = {}) => {
  const { predictions, split } = await evaluate(archive, join(folder, data), { ...onCpu, clips: 1, ...options });
  return { split, names: predictions.map(({ name }) => name.slice(folder.length + 1).replaceAll('\\', '/')) };
};
const expected = (wanted: (row: (typeof rows)[number]) => boolean) => rows.filter(wanted).map(([path]) => path);

describe('the part of the data that is read', () => {
  test('validation where the data name splits; the test split only when asked for', async () => {
    expect(await namesOf('splits.csv')).toEqual({ split: 'validation', names: expected((row) => row[2] === 'val') });
    expect(await namesOf('splits.csv', { split: 'test' })).toEqual({
      split: 'test',
      names: expected((row) => row[2] === 'test'),
    });
  });

  test('all of data without splits, and a fold', async () => {
    expect(await namesOf('folds.csv')).toEqual({ split: 'all', names: expected(() => true) });
    expect(await namesOf('folds.csv', { fold: 1 })).toEqual({
      split: 'validation',
      names: expected((row) => row[3] === 1),
    });
  });

  test('says which parts there are where the one asked for is empty', async () => {
    await expectError(namesOf('folds.csv', { split: 'test' }), 'ERR_DATASET', 'expected test samples', 'test 0');
  });
});

describe('by a model that `train` has made', () => {
  test('the validation clips are those that training kept apart, and a warning tells that all were read', async () => {
    const { modelPath } = await train({
      architecture: 'r2plus1d_dw',
      data: folder,
      outDir: join(folder, 'trained'),
      validationShare: 0.4,
      seed: 5,
      epochs: 1,
      batchSize: 4,
      input,
      ...onCpu,
    });
    const own = JSON.parse(await readFile(join(folder, 'trained', 'evaluation.json'), 'utf8')) as Evaluation;
    const options = { ...onCpu, clips: 1 };
    const kept = await evaluate(modelPath, folder, { ...options, split: 'validation' });
    expect(kept.predictions).toEqual(own.predictions);
    const isOfSplit = (warning: string) => !warning.startsWith('left out:');
    expect(kept.warnings.filter(isOfSplit)).toEqual([]);
    const all = await evaluate(modelPath, folder, options);
    expect(all.metrics.video.count).toBe(rows.length);
    expect(all.warnings.filter(isOfSplit)).toEqual([expect.stringContaining('read whole')]);
    expect((await evaluate(modelPath, folder, { ...options, split: 'all' })).warnings).toEqual([]);
  });

  test('a fold is the one it was validated on, where the data have it', async () => {
    await using model = await loadModel(archive, onCpu);
    const foldOf = async (data: string, training: object, options = {}) => {
      Object.assign(model.metadata, { training });
      const { split, fold } = await evaluate(model, join(folder, data), { clips: 1, ...options });
      return [split, fold];
    };
    expect(await foldOf('folds.csv', { fold: 1 })).toEqual(['validation', 1]);
    expect(await foldOf('folds.csv', { fold: 1 }, { fold: 0 })).toEqual(['validation', 0]);
    expect(await foldOf('folds.csv', { fold: 7 })).toEqual(['all', null]);
    expect(await foldOf('splits.csv', { fold: 'first' })).toEqual(['validation', null]);
  });
});

describe('crossValidate', () => {
  const options = () => ({
    architecture: 'r2plus1d_dw',
    data: join(folder, 'folds.csv'),
    outDir: join(folder, 'runs'),
    epochs: 2,
    batchSize: 3,
    clips: 2,
    input,
    ...onCpu,
  });

  test('evaluates each fold by the model of the last epoch, trained on the other folds, and goes on where it was', async () => {
    const events: [number, string][] = [];
    const onProgress = (event: { fold: number; type: string }) => void events.push([event.fold, event.type]);
    const result = await crossValidate(options(), { onProgress });
    expect(result.folds.map(({ fold }) => fold)).toEqual([0, 1]);
    for (const { fold, outDir, evaluation } of result.folds) {
      const names = evaluation.predictions.map(({ name }) => name.slice(folder.length + 1).replaceAll('\\', '/'));
      expect(names).toEqual(expected((row) => row[3] === fold));
      const last = await evaluate(join(outDir, 'last.pt'), options().data, { ...onCpu, fold, clips: 2 });
      expect(evaluation.metrics).toEqual(last.metrics);
      expect(events).toContainEqual([fold, 'end']);
    }
    const [a = 0, b = 0] = result.folds.map(({ evaluation }) => evaluation.metrics.loss);
    expect(result.summary.loss?.mean).toBeCloseTo((a + b) / 2, 12);
    expect(result.summary.loss?.std).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
    const stored = await readFile(join(folder, 'runs', 'cross-validation.json'), 'utf8');
    expect(JSON.parse(stored)).toEqual(result);

    await expectError(crossValidate(options()), 'ERR_INVALID_ARGUMENT', 'outDir');
    await rm(join(folder, 'runs', 'fold-1'), { recursive: true });
    const again = await crossValidate({ ...options(), resume: true });
    expect(again.folds.map(({ evaluation }) => evaluation.metrics)).toEqual(
      result.folds.map(({ evaluation }) => evaluation.metrics),
    );
  }, 180_000);

  test('refuses what would let the held-out fold decide, and data without folds', async () => {
    const attempt = (change: object) => crossValidate({ ...options(), outDir: join(folder, 'no'), ...change });
    await expectError(attempt({ schedule: 'plateau' }), 'ERR_INVALID_ARGUMENT', 'schedule', 'held out');
    await expectError(attempt({ clips: 0 }), 'ERR_INVALID_ARGUMENT', 'clips');
    await expectError(attempt({ crops: 2 }), 'ERR_INVALID_ARGUMENT', 'crops');
    await expectError(attempt({ outDir: 5 }), 'ERR_INVALID_ARGUMENT', 'outDir');
    await expectError(attempt({ earlyStopping: 3 }), 'ERR_INVALID_ARGUMENT', 'earlyStopping');
    await expectError(attempt({ data: join(folder, 'splits.csv') }), 'ERR_DATASET', 'two or more folds');
  });

  test('mean and sample standard deviation', () => {
    expect(summaryOf([{ x: 1 }, { x: 2 }, { x: 6 }])).toEqual({ x: { mean: 3, std: Math.sqrt(14 / 2) } });
  });
});

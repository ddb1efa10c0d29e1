import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { folderDataset } from '../../lib/dataset/folderDataset';
import { seededRandom } from '../../lib/dataset/seededRandom';
import type { ClipRequest } from '../../lib/dataset/types';
import type { ModelInput } from '../../lib/model/types';

const clips = join(__dirname, '../../../shared/data');
const input: ModelInput = {
  frames: 8,
  height: 56,
  width: 56,
  frameRate: 15,
  resize: [64, 86],
  antialias: false,
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};
const request = (mode: ClipRequest['mode'], ...keys: number[]): ClipRequest => ({
  mode,
  epoch: 0,
  random: seededRandom(...keys),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function fill(files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), '');
  }
}

const names = (dataset: { length: number; nameOf(index: number): string }) =>
  Array.from({ length: dataset.length }, (_, index) => basename(dataset.nameOf(index))).sort();

describe('reading and splitting', () => {
  const ten = (label: string) => Array.from({ length: 10 }, (_, index) => `${label}/${label}${index}.mp4`);

  test('labels are the folders with video in them, in alphabetical order', async () => {
    await fill(['walk/a.MP4', 'walk/deep/b.mkv', 'jump/c.avi', 'jump/readme.txt', 'notes/plan.md', 'd.mp4']);
    const { train, validation } = await folderDataset(folder, { input, validationShare: 0, seed: 0 });
    expect(train.labels).toEqual(['jump', 'walk']);
    expect(names(train)).toEqual(['a.MP4', 'b.mkv', 'c.avi']);
    expect(validation.length).toBe(0);
    for (let index = 0; index < 3; index++) {
      const label = train.labels[train.labelOf(index)] as string;
      expect(train.nameOf(index)).toContain(join(folder, label));
    }
  });

  test('every class gives its share to validation, by the seed', async () => {
    await fill([...ten('a'), ...ten('b'), 'c/only.mp4']);
    const split = (seed: number) => folderDataset(folder, { input, validationShare: 0.3, seed });
    const { train, validation } = await split(1);
    const labels = (dataset: typeof train) =>
      Array.from({ length: dataset.length }, (_, index) => dataset.labelOf(index)).sort();
    expect(labels(validation)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(labels(train).filter((label) => label === 2)).toEqual([2]);
    expect([...names(train), ...names(validation)].sort()).toEqual(
      [...ten('a'), ...ten('b'), 'only.mp4'].map((file) => basename(file)).sort(),
    );
    expect(names((await split(1)).validation)).toEqual(names(validation));
    expect(names((await split(2)).validation)).not.toEqual(names(validation));
  });

  test('refuses what holds no classes', async () => {
    await expect(folderDataset(join(folder, 'none'), { input, validationShare: 0, seed: 0 })).rejects.toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
    });
    await expect(folderDataset(folder, { input, validationShare: 0, seed: 0 })).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('found none'),
    });
    await fill(['one/a.mp4']);
    await expect(folderDataset(folder, { input, validationShare: 0, seed: 0 })).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('only "one"'),
    });
    await expect(
      folderDataset(join(folder, 'one/a.mp4'), { input, validationShare: 0, seed: 0 }),
    ).rejects.toMatchObject({ code: 'ERR_DATASET' });
  });
});

describe('decoding real files', () => {
  beforeEach(async () => {
    for (const [label, file] of [
      ['archery', 'archery.avi'],
      ['archery', 'truncated.avi'],
      ['other', 'rotated.mp4'],
      ['other', 'not_a_video.mp4'],
    ] as const) {
      await mkdir(join(folder, label), { recursive: true });
      await symlink(join(clips, 'clips', file), join(folder, label, file));
    }
  });

  const open = (override: Partial<ModelInput> = {}) =>
    folderDataset(folder, { input: { ...input, ...override }, validationShare: 0, seed: 0 });
  const indexOf = (dataset: { length: number; nameOf(index: number): string }, file: string) =>
    Array.from({ length: dataset.length }, (_, index) => index).find((i) => dataset.nameOf(i).endsWith(file)) as number;

  test('clips have the size that resize gives, and are the same on every evaluation', async () => {
    const { train } = await open();
    const index = indexOf(train, 'archery.avi');
    const clip = await train.clip(index, request('evaluate', 1));
    expect(clip).toMatchObject({ frames: 8, height: 64, width: 86 });
    expect(clip.data.length).toBe(8 * 64 * 86 * 3);
    expect(new Set(clip.data).size).toBeGreaterThan(50);
    expect((await train.clip(index, request('evaluate', 2))).data).toEqual(clip.data);
  });

  test('training starts at a time that the random numbers give', async () => {
    const { train } = await open();
    const index = indexOf(train, 'archery.avi');
    const clip = await train.clip(index, request('train', 1));
    expect((await train.clip(index, request('train', 1))).data).toEqual(clip.data);
    expect((await train.clip(index, request('train', 2))).data).not.toEqual(clip.data);
  });

  test('with only a short side, wide and upright files give squares', async () => {
    const { train } = await open({ resize: [64] });
    for (const file of ['archery.avi', 'rotated.mp4']) {
      const clip = await train.clip(indexOf(train, file), request('train', 3));
      expect(clip).toMatchObject({ frames: 8, height: 64, width: 64 });
    }
  });

  test('a file that is no video rejects with its own code', async () => {
    const { train } = await open();
    await expect(train.clip(indexOf(train, 'not_a_video.mp4'), request('train', 1))).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_VIDEO_/),
    });
  });
});

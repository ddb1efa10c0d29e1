import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readUnlabelled } from '../../lib/dataset/collections/readUnlabelled';
import { splitCollection } from '../../lib/dataset/collections/splitCollection';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();
const freshFolder = () => mkdtempSync(join(folder, 'data-'));

const read = async (root: string) => {
  const collection = await readUnlabelled(root);
  expect(collection).toMatchObject({ labels: ['clip'], multiLabel: false });
  expect(collection.samples.every(({ labels }) => labels.length === 1 && labels[0] === 0)).toBe(true);
  return collection.samples.map(({ path, split, isFrames }) => [relative(root, path), split, isFrames]);
};

test('videos lie at any depth, and folders of pictures without one are videos', async () => {
  const root = freshFolder();
  writeFiles(root, ['a.mp4', 'x/b.mkv', 'x/y/z/c.avi', 'x/cover.jpg', 'frames/1.jpg', 'frames/2.jpg', 'notes.txt']);
  expect(await read(root)).toEqual([
    ['a.mp4', null, false],
    ['frames', null, true],
    ['x/b.mkv', null, false],
    ['x/y/z/c.avi', null, false],
  ]);
  const { leftOut } = await readUnlabelled(root);
  expect(leftOut.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['pictures beside a video']));
});

test('folders called as splits are followed, with classes in them or without', async () => {
  for (const inside of ['', 'jump/']) {
    const root = freshFolder();
    writeFiles(root, [`train/${inside}a.mp4`, `val/${inside}b.mp4`, `test/${inside}c.mp4`]);
    expect(await read(root)).toEqual([
      [`test/${inside}c.mp4`, 'test', false],
      [`train/${inside}a.mp4`, 'train', false],
      [`val/${inside}b.mp4`, 'validation', false],
    ]);
    const { train, validation } = splitCollection(await readUnlabelled(root));
    expect([train.length, validation.length]).toEqual([1, 1]);
  }
});

test('a folder of classes, of one too, is one of videos', async () => {
  const root = freshFolder();
  writeFiles(root, ['jump/a.mp4', 'walk/b.mp4']);
  expect(await read(root)).toHaveLength(2);
  expect(await read(join(root, 'jump'))).toEqual([['a.mp4', null, false]]);
});

test('a manifest is followed, its groups and splits too', async () => {
  const root = freshFolder();
  writeFiles(root, ['a.mp4', 'b.mp4', 'c.mp4']);
  writeFileSync(join(root, 'manifest.csv'), 'path,label,group,split\na.mp4,x,g,train\nb.mp4,y,h,test\n');
  const { samples } = await readUnlabelled(root);
  expect(samples.map(({ group, split }) => [group, split])).toEqual([
    ['g', 'train'],
    ['h', 'test'],
  ]);
});

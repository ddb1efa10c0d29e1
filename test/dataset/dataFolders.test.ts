/** Folders as people have them: what is a clip of which class and split, and that nothing else vanishes unnamed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { splitCollection } from '../../lib/dataset/collections/splitCollection';
import type { VideoCollection } from '../../lib/dataset/types';
import { folderOf, leftOut } from '../support/dataFolder';
import { writeFiles } from '../support/temporaryFolder';

const rows = ({ root, labels, samples }: VideoCollection) =>
  samples.map(({ path, labels: [label = -1], split }) => [relative(root, path), labels[label], split].join(' '));

describe('folders of splits', () => {
  test.each([
    [
      ['train', 'val', 'test'],
      ['train', 'validation', 'test'],
    ],
    [
      ['Training', 'Validation', 'TESTING'],
      ['train', 'validation', 'test'],
    ],
    [
      ['videos_train', 'videos_val'],
      ['train', 'validation'],
    ],
    [
      ['train_256', 'val_256'],
      ['train', 'validation'],
    ],
    [
      ['videos/training', 'videos/validation'],
      ['train', 'validation'],
    ],
  ])('%j hold the classes', async (folders, splits) => {
    const root = folderOf([...folders.flatMap((name) => [`${name}/run/1.mp4`, `${name}/walk/x/001.jpg`]), 'notes.md']);
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'folders', labels: ['run', 'walk'] });
    const expected = folders.flatMap((name, place) => [
      `${name}/run/1.mp4 run ${splits[place]}`,
      `${name}/walk/x walk ${splits[place]}`,
    ]);
    expect(rows(collection).sort()).toEqual(expected.sort());
    const { validation } = splitCollection(collection);
    expect(validation.every(({ split }) => split === 'validation')).toBe(true);
  });

  test('beside others count where they share classes; the others are named', async () => {
    const root = folderOf(['train/run/1.mp4', 'train/walk/1.mp4', 'val/run/2.mp4', 'replacement/3.mp4', 'test/4.mp4']);
    const collection = await readCollection(root);
    expect(rows(collection)).toEqual([
      'train/run/1.mp4 run train',
      'train/walk/1.mp4 walk train',
      'val/run/2.mp4 run validation',
    ]);
    expect(leftOut(collection)).toEqual({
      'beside the folders of the splits': 'replacement',
      'in no class folder': 'test/4.mp4',
    });
    expect(collection.warnings).toEqual([
      expect.stringContaining('beside the folders of the splits: replacement'),
      expect.stringContaining('in no class folder: test/4.mp4'),
    ]);
  });

  test('of one name only, among classes, are a class, with a warning', async () => {
    const collection = await readCollection(folderOf(['train/a/1.mp4', 'bus/a/2.mp4', 'test/3.mp4']));
    expect(collection.labels).toEqual(['bus', 'test', 'train']);
    expect(collection.warnings).toEqual([
      expect.stringContaining('taken for classes, as other folders lie beside them: '),
    ]);
  });

  test('without classes are refused', async () => {
    await expect(readCollection(folderOf(['train/1.mp4', 'val/2.mp4']))).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('a folder for each class in train, val of'),
    });
  });

  test('hold both videos and frames of them: the videos are read', async () => {
    const root = folderOf([
      'videos/run/1.mp4',
      'videos/walk/2.mp4',
      'rawframes/run/1/001.jpg',
      'raw/run/1.mp4',
      'annotations/x.txt',
    ]);
    const collection = await readCollection(root);
    expect(rows(collection)).toEqual(['videos/run/1.mp4 run ', 'videos/walk/2.mp4 walk ']);
    expect(leftOut(collection)).toMatchObject({
      'another copy of the videos': 'raw rawframes',
      'a folder of documents alone': 'annotations',
    });
  });
});

test('a folder that holds the dataset is told', async () => {
  const root = folderOf(['UCF-101/run/1.mp4', 'UCF-101/walk/2.mp4']);
  await expect(readCollection(root)).rejects.toThrow(
    `only "UCF-101"; if the classes are the folders in it, give ${join(root, 'UCF-101')}`,
  );
});

test('official lists beside the folder that was given are told', async () => {
  const root = folderOf(['UCF-101/run/1.avi', 'UCF-101/walk/2.avi', 'ucfTrainTestlist/classInd.txt']);
  const { warnings } = await readCollection(join(root, 'UCF-101'));
  expect(warnings).toEqual([
    expect.stringContaining(`its official splits are in ${join(root, 'ucfTrainTestlist')}: give ${root}`),
  ]);
});

describe('what is no clip is counted, with its reason', () => {
  test('by its name, its place, or because there is nothing', async () => {
    const root = folderOf([
      ...['run/1.mp4', 'run/UPPER.MP4', 'walk/b.mkv', 'walk/x/1.PNG'],
      ...['run/.DS_Store', 'run/._1.mp4', '.git/x.mp4', 'walk/Thumbs.db', '@eaDir/a/b.jpg'],
      ...['run/c.xyz', 'readme', 'loose.mp4', 'jump/1.jpg', 'run/deep/1.mp4', 'run/deep/cover.jpg'],
    ]);
    mkdirSync(join(root, 'swim', 'none'), { recursive: true });
    const collection = await readCollection(root);
    expect(rows(collection)).toEqual([
      ...['run/1.mp4 run ', 'run/UPPER.MP4 run ', 'run/deep/1.mp4 run ', 'walk/b.mkv walk ', 'walk/x walk '],
    ]);
    expect(leftOut(collection)).toEqual({
      "hidden, or the system's": '.git @eaDir run/.DS_Store run/._1.mp4 walk/Thumbs.db',
      'no video or picture by its extension': 'readme run/c.xyz',
      'in no class folder': 'loose.mp4',
      'pictures in no folder of their own, as the frames of a video are': 'jump',
      'pictures beside a video': 'run/deep',
      'a folder without videos or pictures': 'swim',
    });
    // What is usual is no warning.
    expect(collection.warnings.join()).not.toMatch(/hidden|beside a video/);
    expect(collection.warnings.join()).toMatch(/swim/);
  });

  test('many of a kind are counted, and the first named', async () => {
    const root = folderOf(['run/1.mp4', 'walk/1.mp4', ...Array.from({ length: 12 }, (_, i) => `run/${i + 10}.srt`)]);
    const collection = await readCollection(root);
    expect(collection.leftOut).toEqual([
      {
        reason: 'no video or picture by its extension',
        count: 12,
        isExpected: false,
        examples: [10, 11, 12, 13, 14].map((i) => `run/${i}.srt`),
      },
    ]);
    expect(collection.warnings[0]).toMatch(/^left out: 12 no video .*: run\/10\.srt, .*run\/14\.srt, …$/);
  });

  (process.platform === 'win32' ? test.skip : test)('links are followed, each once', async () => {
    const root = folderOf(['run/1.mp4', 'walk/2.mp4', 'walk/x/1.jpg']);
    const elsewhere = folderOf(['a.mp4', 'jump/b.mp4']);
    symlinkSync(join(elsewhere, 'a.mp4'), join(root, 'run', 'linked.mp4'));
    symlinkSync(join(elsewhere, 'jump'), join(root, 'jump'));
    symlinkSync(root, join(root, 'run', 'up'));
    symlinkSync('.', join(root, 'walk', 'here'));
    symlinkSync('1.mp4', join(root, 'run', 'same.mp4'));
    symlinkSync('run', join(root, 'again'));
    symlinkSync('nowhere.mp4', join(root, 'walk', 'broken.mp4'));
    execFileSync('mkfifo', [join(root, 'run', 'pipe.mp4')]);
    const collection = await readCollection(root);
    expect(rows(collection)).toEqual([
      'jump/b.mp4 jump ',
      'run/1.mp4 run ',
      'run/linked.mp4 run ',
      'walk/2.mp4 walk ',
      'walk/x walk ',
    ]);
    expect(leftOut(collection)).toEqual({
      'no regular file': 'run/pipe.mp4',
      'a link to what is read elsewhere': 'again run/same.mp4 run/up walk/here',
      'a link to nothing': 'walk/broken.mp4',
    });
  });

  test('videos that a manifest does not name', async () => {
    const root = folderOf({
      'manifest.csv': 'path,label\na.mp4,run\nb.mp4,walk\n',
      'a.mp4': '',
      'b.mp4': '',
      'c.mp4': '',
      'd.txt': '',
    });
    const collection = await readCollection(root);
    expect(leftOut(collection)).toEqual({ documents: 'd.txt', 'in no list': 'c.mp4' });
  });
});

describe('two labels never become one', () => {
  const failure = (files: readonly string[] | Record<string, string>) =>
    readCollection(folderOf(files)).catch((error) => `${error.code} ${error.message}`);

  test.each([
    ['Unicode forms', 'caf\u00e9', 'cafe\u0301', '"cafe\\u0301" and "café"'],
    ['a space at the end', 'run', 'run ', '"run" and "run "'],
    ['a space of another kind', 'a b', 'a\u00a0b', '"a b" and "a\\u00a0b"'],
    ['a mark without width', 'run', 'run\u200b', '"run" and "run\\u200b"'],
  ])('%s: folders are refused with both spellings', async (_, one, other, spellings) => {
    expect(await failure([`${one}/1.mp4`, `${other}/2.mp4`, 'x/3.mp4'])).toBe(
      `ERR_DATASET expected labels that look different but received ${spellings}`,
    );
  });

  test('also in a manifest, where plain space around a label is none of it', async () => {
    expect(await failure({ 'manifest.csv': 'path,label\na.mp4,caf\u00e9\nb.mp4,cafe\u0301\n' })).toMatch(
      /look different/,
    );
    const collection = await readCollection(
      folderOf({ 'manifest.csv': 'path,label\na.mp4,run\nb.mp4, run \nc.mp4,walk\n' }),
    );
    expect(collection.labels).toEqual(['run', 'walk']);
  });

  test('those that differ in case are two, with a warning', async () => {
    const { labels, warnings } = await readCollection(
      folderOf({ 'manifest.csv': 'path,label\na.mp4,Run\nb.mp4,run\n' }),
    );
    expect(labels).toEqual(['Run', 'run']);
    expect(warnings).toEqual([expect.stringContaining('"Run" and "run"')]);
  });
});

test.each([';', '\t'])('a manifest may be separated by %j', async (separator) => {
  const lines = [
    ['path', 'label', 'split'],
    ['a,1.mp4', 'b|c', 'Train'],
    ['d.mp4', 'b', 'Validation'],
  ];
  const root = folderOf({ 'manifest.csv': `\ufeff${lines.map((line) => line.join(separator)).join('\r\n')}` });
  const { labels, samples } = await readCollection(root);
  expect(labels).toEqual(['b', 'c']);
  expect(samples.map(({ path, split, labels: own }) => [relative(root, path), split, own])).toEqual([
    ['a,1.mp4', 'train', [0, 1]],
    ['d.mp4', 'validation', [0]],
  ]);
});

test.each([
  ['manifest.csv', 'path,label\nv1.mp4,bl\u00e9\nv2.mp4,bl\u00e8\n'],
  ['ucfTrainTestlist/trainlist01.txt', 'x.avi bl\u00e9\n'],
  ['splits/bl_test_split1.txt', 'bl\u00e9.avi 1\n'],
])('%s in Windows-1252 is refused', async (name, text) => {
  const root = folderOf({ 'a/1.mp4': '', 'b/2.mp4': '', 'ucfTrainTestlist/classInd.txt': '1 a\n2 b\n' });
  writeFiles(root, { [name]: Buffer.from(text, 'latin1') as unknown as string });
  await expect(readCollection(root)).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringMatching(/line \d: expected text in UTF-8/),
  });
});

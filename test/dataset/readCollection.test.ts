import { mkdtempSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import type { VideoCollection } from '../../lib/dataset/types';
import { sharedData, temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();
const freshFolder = () => mkdtempSync(join(folder, 'data-'));

/** Path below the root, label names, and whatever else is asked for. */
const rows = ({ root, labels, samples }: VideoCollection, ...more: (keyof VideoCollection['samples'][number])[]) =>
  samples.map((sample) => [
    relative(root, sample.path),
    sample.labels.map((label) => labels[label]).join('+'),
    ...more.map((name) => sample[name]),
  ]);

describe('a folder for each class', () => {
  test('of video files; labels in alphabetical order', async () => {
    const root = freshFolder();
    writeFiles(root, ['walk/a.MP4', 'walk/deep/b.mkv', 'jump/c.avi', 'jump/readme.txt', 'notes/plan.md', 'd.mp4']);
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ root, format: 'folders', labels: ['jump', 'walk'], multiLabel: false });
    expect(rows(collection, 'isFrames', 'group', 'split')).toEqual([
      ['jump/c.avi', 'jump', false, null, null],
      ['walk/a.MP4', 'walk', false, null, null],
      ['walk/deep/b.mkv', 'walk', false, null, null],
    ]);
  });

  test('of folders of pictures, beside video files', async () => {
    const root = freshFolder();
    writeFiles(root, ['jump/x/1.jpg', 'jump/x/2.JPG', 'jump/y/1.png', 'walk/b.mkv', 'walk/cover.jpg']);
    expect(rows(await readCollection(root), 'isFrames')).toEqual([
      ['jump/x', 'jump', true],
      ['jump/y', 'jump', true],
      ['walk/b.mkv', 'walk', false],
    ]);
  });

  test('takes pictures with a video for a part of it, not for a sample', async () => {
    const root = freshFolder();
    writeFiles(root, ['jump/1/video.mp4', 'jump/1/thumb.jpg', 'jump/1/stills/1.png', 'jump/2/1.png', 'walk/b.mkv']);
    expect(rows(await readCollection(root), 'isFrames')).toEqual([
      ['jump/1/video.mp4', 'jump', false],
      ['jump/2', 'jump', true],
      ['walk/b.mkv', 'walk', false],
    ]);
  });

  test('fewer than two classes, or no such folder, is an error', async () => {
    const root = freshFolder();
    const failure = (path: string) => readCollection(path).catch((error) => `${error.code} ${error.message}`);
    expect(await failure(join(root, 'none'))).toMatch(/ERR_FILE_NOT_FOUND .*none/);
    expect(await failure(root)).toMatch(/ERR_DATASET .*two or more classes but found none/);
    writeFiles(root, ['one/a.mp4']);
    expect(await failure(root)).toMatch(/ERR_DATASET .*only "one"/);
  });
});

describe('a manifest', () => {
  const read = async (text: string) => {
    const root = freshFolder();
    writeFiles(root, { 'manifest.csv': text });
    return readCollection(root);
  };

  test('with byte order mark, CRLF, quotes, spaces and columns of its own', async () => {
    const text =
      '\ufeff"Path", Label ,group,split,fold,start,end,note\r\n' +
      '"clips/a, b.mp4",run,s1,train,0,,,"said ""hi"""\r\n' +
      'c.mp4, jump ,s2,val,1,1.5,2.25,\r\n\r\n' +
      'c.mp4,jump,,TEST,,3,,\r\n';
    const collection = await read(text);
    expect(collection).toMatchObject({ format: 'manifest', labels: ['jump', 'run'], multiLabel: false });
    expect(rows(collection, 'group', 'split', 'fold', 'startSeconds', 'endSeconds')).toEqual([
      ['clips/a, b.mp4', 'run', 's1', 'train', 0, null, null],
      ['c.mp4', 'jump', 's2', 'validation', 1, 1.5, 2.25],
      ['c.mp4', 'jump', 's2', 'test', null, 3, null],
    ]);
  });

  test('with several labels a clip', async () => {
    const collection = await read('path,label\na.mp4,run|jump\nb.mp4,jump; swim\nc.mp4,run\n');
    expect(collection).toMatchObject({ labels: ['jump', 'run', 'swim'], multiLabel: true });
    expect(rows(collection)).toEqual([
      ['a.mp4', 'jump+run'],
      ['b.mp4', 'jump+swim'],
      ['c.mp4', 'run'],
    ]);
  });

  test('with several parts of a video: they are a group', async () => {
    const collection = await read('path,label,start\na.mp4,run,0\na.mp4,jump,2\nb.mp4,run,\n./c/../a.mp4,run,4\n');
    expect(rows(collection, 'group')).toEqual([
      ['a.mp4', 'run', 'a.mp4'],
      ['a.mp4', 'jump', 'a.mp4'],
      ['b.mp4', 'run', null],
      ['a.mp4', 'run', 'a.mp4'],
    ]);
  });

  test('with very many parts of one video takes as long as with many videos', async () => {
    const seconds = async (pathOf: (index: number) => string) => {
      const lines = Array.from({ length: 10_000 }, (_, index) => `${pathOf(index)},${index % 2},${index}`);
      const began = performance.now();
      await read(`path,label,start\n${lines.join('\n')}\n`);
      return performance.now() - began;
    };
    const ofMany = await seconds((index) => `${index}.mp4`);
    expect(await seconds(() => 'a.mp4')).toBeLessThan(3 * ofMany);
  });

  test('that cannot be read', async () => {
    const root = freshFolder();
    writeFiles(root, ['manifest.csv/deep.txt']);
    await expect(readCollection(root)).rejects.toMatchObject({
      code: 'ERR_FILE_ACCESS',
      message: expect.stringContaining('manifest.csv'),
    });
  });

  test('of any name, and with folders of pictures', async () => {
    const root = freshFolder();
    writeFiles(root, { 'list.csv': 'path,label\nframes/x,run\nmissing,jump\n', 'frames/x/1.png': '' });
    expect(rows(await readCollection(join(root, 'list.csv')), 'isFrames')).toEqual([
      ['frames/x', 'run', true],
      ['missing', 'jump', false],
    ]);
  });

  test.each([
    ['path,class\na.mp4,run\n', /manifest\.csv line 1: expected a column named "label" but received "path,class"/],
    ['path,label\n', /expected a line of column names/],
    ['', /expected a line of column names/],
    ['path,label\na.mp4,run\nb.mp4,\n', /line 3: expected a label but received nothing/],
    ['path,label\na.mp4,run||jump\n', /line 2: expected labels that are not empty/],
    ['path,label\n"a\nb.mp4",run\n,jump\n', /line 4: expected a path/],
    [
      'path,label,split\na.mp4,run,dev\n',
      /line 2: expected a split of train, val, validation or test but received "dev"/,
    ],
    ['path,label,split\na.mp4,run,train\nb.mp4,run,\n', /line 3: expected a split, as other lines have one/],
    ['path,label,fold\na.mp4,run,one\n', /line 2: expected a fold that is a whole number but received "one"/],
    ['path,label,fold\na.mp4,run,1\nb.mp4,run,\n', /line 3: expected a fold/],
    ['path,label,start\na.mp4,run,soon\n', /line 2: expected a start in seconds but received "soon"/],
    ['path,label,start,end\na.mp4,run,2,1\n', /line 2: expected an end after the start at 2 but received "1"/],
    ['path,label\na.mp4,run\n./a.mp4,jump\n', /line 3: expected a clip that is not yet.*manifest\.csv line 2/],
    ['path,label\na.mp4,run,extra\n', /manifest\.csv is no valid CSV: .*line 2/],
    ['path,label\na.mp4,run\nb.mp4,run\n', /only "run"/],
  ])('%j is refused', async (text, message) => {
    const failure = await read(text).catch((error) => error);
    expect(failure).toMatchObject({ code: 'ERR_DATASET', message: expect.stringMatching(message) });
  });

  test('a file that is no text is refused without printing it', async () => {
    const root = freshFolder();
    writeFiles(root, { 'list.csv': 'path,label\n\0\0\n', 'video.mp4': '' });
    const failure = (name: string) =>
      readCollection(join(root, name)).catch((error) => `${error.code} ${error.message}`);
    expect(await failure('list.csv')).toMatch(/^ERR_DATASET list\.csv: expected text but received a binary file/);
    expect(await failure('video.mp4')).toMatch(/^ERR_DATASET expected a folder or a list .* received a video/);
  });

  test('of the real data', async () => {
    const words = await readCollection(join(sharedData, 'lip-words'));
    expect([words.samples.length, words.labels.length]).toEqual([1500, 10]);
    const ofSplit = (split: string) => words.samples.filter((sample) => sample.split === split).length;
    expect(['train', 'validation', 'test'].map(ofSplit)).toEqual([1000, 200, 300]);
    expect(words.samples[0]).toMatchObject({ labels: [0], group: 'F01', split: 'train', fold: null });
    const fights = await readCollection(join(sharedData, 'fights', 'manifest.csv'));
    expect(fights.labels).toEqual(['fight', 'no-fight']);
    expect(new Set(fights.samples.map(({ fold }) => fold))).toEqual(new Set([0, 1, 2]));
  });
});

describe('official lists', () => {
  test('of UCF101, with videos in class folders or beside them', async () => {
    const root = freshFolder();
    writeFiles(root, {
      'UCF-101/Archery/v_Archery_g01_c01.avi': '',
      'v_Archery_g08_c02.avi': '',
      'ucfTrainTestlist/classInd.txt': '1 Biking\r\n2 Archery\r\n',
      'ucfTrainTestlist/trainlist01.txt': 'Archery/v_Archery_g08_c02.avi 2\r\nBiking/v_Biking_g09_c01.avi 1\r\n',
      'ucfTrainTestlist/testlist01.txt': 'Archery/v_Archery_g01_c01.avi\r\n',
      'ucfTrainTestlist/trainlist02.txt': 'Archery/v_Archery_g01_c01.avi 2\n',
      'ucfTrainTestlist/testlist02.txt': '\n',
    });
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'ucf101', labels: ['Biking', 'Archery'] });
    expect(rows(collection, 'group', 'split')).toEqual([
      ['v_Archery_g08_c02.avi', 'Archery', 'Archery g08', 'train'],
      ['Biking/v_Biking_g09_c01.avi', 'Biking', 'Biking g09', 'train'],
      ['UCF-101/Archery/v_Archery_g01_c01.avi', 'Archery', 'Archery g01', 'test'],
    ]);
    expect(rows(await readCollection(root, { officialSplit: 2 }), 'split')).toEqual([
      ['UCF-101/Archery/v_Archery_g01_c01.avi', 'Archery', 'train'],
    ]);
    await expect(readCollection(root, { officialSplit: 3 })).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('trainlist03.txt'),
    });
    await expect(readCollection(root, { officialSplit: 4 as 3 })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  test('of HMDB51, without the files that a split leaves out', async () => {
    const root = freshFolder();
    writeFiles(root, {
      'hmdb51_org/brush_hair/a_nm_np1.avi': '',
      'wave/c.avi': '',
      'wave/The_Film_2_wave_u_cm_np1_fr_med_13.avi': '',
      'testTrainMulti_7030_splits/brush_hair_test_split1.txt': 'a_nm_np1.avi 1 \nb.avi 0 \n',
      'testTrainMulti_7030_splits/wave_test_split1.txt':
        'c.avi 2 \nd.avi 1\nThe_Film_2_wave_u_cm_np1_fr_med_13.avi 1\n',
      'testTrainMulti_7030_splits/wave_test_split2.txt': 'c.avi 9\n',
    });
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'hmdb51', labels: ['brush_hair', 'wave'] });
    expect(rows(collection, 'split', 'group')).toEqual([
      ['hmdb51_org/brush_hair/a_nm_np1.avi', 'brush_hair', 'train', null],
      ['wave/c.avi', 'wave', 'test', null],
      ['wave/d.avi', 'wave', 'train', null],
      ['wave/The_Film_2_wave_u_cm_np1_fr_med_13.avi', 'wave', 'train', 'The_Film_2_wave'],
    ]);
    await expect(readCollection(root, { officialSplit: 2 })).rejects.toThrow('expected 0, 1 or 2 behind c.avi');
  });
});

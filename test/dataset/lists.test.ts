/** Lists of clips in the formats that datasets and other tools have. */
import { join, relative } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { failure, folderOf, leftOut, rows, videos } from '../support/dataFolder';
import { writeFiles } from '../support/temporaryFolder';

describe('lists of mmaction2 and PySlowFast', () => {
  test('of videos and class numbers, beside the videos, with the names in a file', async () => {
    const root = folderOf({
      ...videos('videos/run/a b.mp4', 'videos/walk/b.mp4', 'videos/walk/c.mp4', 'rawframes/run/a b/img_00001.jpg'),
      'ucf101_train_split_1_videos.txt': 'run/a b.mp4 0\nwalk/b.mp4 1\n',
      'ucf101_train_split_1_rawframes.txt': 'run/a b 1 0\n',
      'ucf101_val_split_1_videos.txt': 'walk/c.mp4 1\n',
      'ucf101_train_split_2_videos.txt': 'walk/c.mp4 1\nrun/a b.mp4 0\n',
      'annotations/classInd.txt': '1 Running\n2 Walking\n',
    });
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'path-list', labels: ['Running', 'Walking'], warnings: [] });
    expect(rows(collection, 'split', 'isFrames')).toEqual([
      ['videos/run/a b.mp4', 'Running', 'train', false],
      ['videos/walk/b.mp4', 'Walking', 'train', false],
      ['videos/walk/c.mp4', 'Walking', 'validation', false],
    ]);
    expect(rows(await readCollection(root, { officialSplit: 2 }), 'split')).toEqual([
      ['videos/walk/c.mp4', 'Walking', 'train'],
      ['videos/run/a b.mp4', 'Running', 'train'],
    ]);
  });

  test.each([
    ['spaces', 'a.mp4 0\nb.mp4 1\n'],
    ['commas', 'a.mp4,0\r\nb.mp4,1\r\n'],
    ['semicolons and quotes', '"a.mp4";0\n"b.mp4";1'],
    ['tabs', 'a.mp4\t0\nb.mp4\t1\n'],
    ['numbers from 1 on', 'a.mp4 1\nb.mp4 2\n'],
    ['names', 'a.mp4,run\nb.mp4,walk\n'],
  ])('with %s', async (_, text) => {
    const root = folderOf({ ...videos('a.mp4', 'b.mp4'), 'train.csv': text, 'labels.txt': 'run\nwalk\n' });
    const expected = [
      ['a.mp4', 'run', 'train'],
      ['b.mp4', 'walk', 'train'],
    ];
    expect(rows(await readCollection(root), 'split')).toEqual(expected);
    expect(rows(await readCollection(join(root, 'train.csv')), 'split')).toEqual(expected);
  });

  test.each([
    ['classids.json', '{"\\"run\\"": 0, "walk fast": 1}', ['run', 'walk fast']],
    ['label_map_k400.txt', 'run\nwalk fast\n', ['run', 'walk fast']],
    ['kinetics_400_labels.csv', 'id,name\n0,run\n1,walk fast\n', ['run', 'walk fast']],
    ['moments_categories.txt', 'run,0\nwalk fast,1\n', ['run', 'walk fast']],
    ['classes.json', '["run", "walk fast"]', ['run', 'walk fast']],
  ])('numbers are named by %s', async (name, text, labels) => {
    const root = folderOf({
      'train.txt': '/none/a.mp4 1\n/none/b.mp4 0\n',
      'val.txt': 'c.mp4 1\n',
      ...videos('c.mp4'),
      [name]: text,
    });
    expect((await readCollection(root)).labels).toEqual(labels);
  });

  test('lists called labels are no file of class names', async () => {
    const root = folderOf({
      ...videos('videos/a.mp4', 'videos/b.mp4', 'videos/c.mp4'),
      'train_labels.txt': 'a.mp4 0\nb.mp4 1\n',
      'val_labels.txt': 'c.mp4 1\n',
      'label_map.txt': 'run\nwalk\n',
    });
    const expected = [
      ['videos/a.mp4', 'run', 'train'],
      ['videos/b.mp4', 'walk', 'train'],
    ];
    expect(rows(await readCollection(root), 'split')).toEqual([...expected, ['videos/c.mp4', 'walk', 'validation']]);
    expect(rows(await readCollection(join(root, 'train_labels.txt')), 'split')).toEqual(expected);
    const named = folderOf({ ...videos('run/a.mp4', 'walk/b.mp4'), 'my_labels.txt': 'run/a.mp4 0\nwalk/b.mp4 1\n' });
    expect((await readCollection(join(named, 'my_labels.txt'))).labels).toEqual(['run', 'walk']);
  });

  test('a file called as one of class names that is none is left out, and told', async () => {
    const root = folderOf({
      ...videos('run/a.mp4', 'walk/b.mp4'),
      'train.txt': 'run/a.mp4 0\nwalk/b.mp4 1\n',
      'labels.json': '{"images":[]}',
      'labels.txt': '',
      'classification.txt': 'prose\n',
    });
    const collection = await readCollection(root);
    expect(collection.labels).toEqual(['run', 'walk']);
    expect(leftOut(collection)).toEqual({
      'files that may name classes, but cannot be read': 'labels.json labels.txt',
      documents: 'classification.txt',
    });
    expect(collection.warnings).toContainEqual(
      expect.stringMatching(/labels\.json \(labels\.json: expected class names/),
    );
  });

  test('numbers are named by the folders of their own, or else not at all', async () => {
    const own = folderOf({ ...videos('run/a.mp4', 'walk/b.mp4'), 'train.txt': 'walk/b.mp4 0\nrun/a.mp4 1\n' });
    expect(await readCollection(own)).toMatchObject({ labels: ['walk', 'run'], warnings: [] });
    const mixed = folderOf({ ...videos('x/a.mp4', 'x/b.mp4'), 'train.txt': 'x/a.mp4 10\nx/b.mp4 9\n' });
    expect(await readCollection(mixed)).toMatchObject({
      labels: ['9', '10'],
      warnings: [expect.stringContaining('no file that names them')],
    });
  });

  test('of folders of frames and how many these are; several labels of a video', async () => {
    const root = folderOf({
      ...videos('frames/x/1.jpg', 'frames/y/1.jpg', 'a.mp4'),
      'train_rawframes.txt': 'x 120 0\ny 60 1 2\n',
    });
    const collection = await readCollection(join(root, 'train_rawframes.txt'));
    expect(rows(collection, 'isFrames')).toEqual([
      ['frames/x', '0', true],
      ['frames/y', '1+2', true],
    ]);
    expect(collection.multiLabel).toBe(true);
  });

  test('a number without a class, or a line of another form, is told with its place', async () => {
    const root = folderOf({ ...videos('a.mp4'), 'train.txt': 'a.mp4 0\nb.mp4 7\n', 'classes.txt': 'run\nwalk\n' });
    expect(await failure(root)).toBe(
      'ERR_DATASET train.txt line 2: expected a class of the 2 in classes.txt but received "7"',
    );
    writeFiles(root, { 'train.txt': 'a.mp4 0\nb.mp4\n' });
    expect(await failure(root)).toMatch(/ERR_DATASET train\.txt line 2: expected a path and a label/);
  });

  test('a test list that is the validation list again is read once', async () => {
    const list = 'b.mp4 1\n';
    const root = folderOf({ ...videos('a.mp4', 'b.mp4'), 'train.csv': 'a.mp4 0\n', 'val.csv': list, 'test.csv': list });
    const collection = await readCollection(root);
    expect(rows(collection, 'split')).toHaveLength(2);
    expect(collection.warnings).toContainEqual(expect.stringMatching(/^(val|test)\.csv lists what another list does/));
  });

  test('what is listed but not there stays, what is there but not listed is counted', async () => {
    const root = folderOf({ ...videos('run/a.mp4', 'walk/z.mp4'), 'train.txt': 'run/a.mp4 run\nwalk/b.mp4 walk\n' });
    const collection = await readCollection(root);
    expect(rows(collection)).toEqual([
      ['run/a.mp4', 'run'],
      ['walk/b.mp4', 'walk'],
    ]);
    expect(collection.warnings).toEqual(['1 listed but not there: walk/b.mp4']);
    expect(leftOut(collection)).toEqual({ 'in no list': 'walk/z.mp4' });
  });

  test.each([
    ['folders', ['Jump/1.mp4', 'jump/1.mp4']],
    ['names', ['v/A.mp4', 'v/a.mp4']],
    ['folders further up', ['Jump/x/1.mp4', 'jump/x/1.mp4']],
    ['folders, of other extensions than listed', ['Jump/1.avi', 'jump/1.avi']],
    ['folders, without extensions', ['Jump/1', 'jump/1']],
    ['folders, in another Unicode form', ['Saut\u00e9/1.mp4', 'saut\u00e9/1.mp4']],
  ])('%s that differ in case alone are files of their own', async (_, [upper, lower]) => {
    const there = ['Jump/1.mp4', 'jump/1.mp4', 'v/A.mp4', 'v/a.mp4', 'Jump/x/1.mp4', 'jump/x/1.mp4'];
    const decomposed = ['Saute\u0301/1.mp4', 'saute\u0301/1.mp4'];
    const root = folderOf({
      ...videos(...there, ...decomposed),
      'train.txt': `${lower} 0\n${upper} 1\n`,
    });
    const { samples } = await readCollection(root);
    expect(samples.map(({ path }) => relative(root, path).normalize())).toEqual(
      [lower, upper].map((path) => path?.replace(/(\.\w+)?$/, '.mp4')),
    );
  });

  test('a file is not taken for one of its name in another class', async () => {
    const root = folderOf({
      ...videos('run/1.mp4', 'jump/2.mp4'),
      'train.txt': 'run/1.mp4 a\nwalk/1.mp4 b\njump/2.mp4 c\n',
    });
    expect(rows(await readCollection(root)).map(([path]) => path)).toEqual(['run/1.mp4', 'walk/1.mp4', 'jump/2.mp4']);
  });
});

describe('CSV of Kinetics', () => {
  const csv = (split: string, ...lines: string[]) =>
    `label,youtube_id,time_start,time_end,split\n${lines.map((line) => `${line},${split}`).join('\n')}\n`;

  test.each([
    ['in one folder', '', ''],
    ['in folders of the splits', 'train/', 'val/'],
    ['in class folders', 'clips/abseiling/', 'clips/air drumming/'],
  ])('clips %s; those that are gone are counted', async (_, first, second) => {
    const root = folderOf({
      ...videos(`${first}-x_1_000059_000069.mp4`, `${second}y2_000001_000011.mkv`),
      'annotations/train.csv': csv('train', 'abseiling,-x_1,59,69', 'abseiling,gone,0,10'),
      'annotations/val.csv': csv('val', '"air drumming",y2,1,11'),
    });
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'kinetics', labels: ['abseiling', 'air drumming'] });
    expect(rows(collection, 'split', 'group', 'startSeconds')).toEqual([
      [`${first}-x_1_000059_000069.mp4`, 'abseiling', 'train', '-x_1', null],
      [`${second}y2_000001_000011.mkv`, 'air drumming', 'validation', 'y2', null],
    ]);
    expect(leftOut(collection)['listed but not there']).toBe('gone_000000_000010');
    expect(await failure(join(root, 'annotations', 'val.csv'))).toMatch(/but found only "air drumming"$/);
  });

  test('the official files: a split called validate, and a test list without labels', async () => {
    const root = folderOf({
      ...videos('a_000001_000011.mp4', 'b_000001_000011.mp4', 'c_000001_000011.mp4'),
      'annotations/train.csv': csv('train', 'run,a,1,11'),
      'annotations/validate.csv': csv('validate', 'walk,b,1,11'),
      'annotations/test.csv': 'youtube_id,time_start,time_end,split\nc,1,11,test\n',
    });
    const collection = await readCollection(root);
    expect(rows(collection, 'split')).toEqual([
      ['a_000001_000011.mp4', 'run', 'train'],
      ['b_000001_000011.mp4', 'walk', 'validation'],
    ]);
    expect(collection.warnings).toEqual([
      expect.stringMatching(
        /^left out: 1 lists that are not read: annotations\/test\.csv \(test\.csv line 2: .* without labels/,
      ),
    ]);
  });

  test('whole videos are cut', async () => {
    const root = folderOf({ ...videos('a.mp4', 'b.webm'), 'kinetics.csv': csv('train', 'run,a,5,15', 'walk,b,0,10') });
    expect(rows(await readCollection(join(root, 'kinetics.csv')), 'startSeconds', 'endSeconds')).toEqual([
      ['a.mp4', 'run', 5, 15],
      ['b.webm', 'walk', 0, 10],
    ]);
  });

  test('without labels, or without any of its videos, it is refused', async () => {
    const root = folderOf({
      ...videos('z.mp4'),
      'test.csv': 'youtube_id,time_start,time_end,split\na,0,10,test\n',
      'train.csv': csv('train', 'run,a,5,15'),
    });
    expect(await failure(join(root, 'test.csv'))).toMatch(/ERR_DATASET test\.csv line 2: expected a label/);
    expect(await failure(join(root, 'train.csv'))).toMatch(
      /ERR_DATASET expected videos of train\.csv below .*, such as a_000005_000015, but found none/,
    );
  });
});

test('manifests of one split each', async () => {
  const root = folderOf({
    ...videos('a.mp4', 'b.mp4', 'c.mp4', 'd.mp4'),
    'train.csv': 'path,label\na.mp4,run\nb.mp4,walk\n',
    'val.csv': 'path;label\nc.mp4;walk\n',
    'readme.txt': '',
  });
  const collection = await readCollection(root);
  expect(collection).toMatchObject({ format: 'manifest', labels: ['run', 'walk'] });
  expect(rows(collection, 'split')).toEqual([
    ['a.mp4', 'run', 'train'],
    ['b.mp4', 'walk', 'train'],
    ['c.mp4', 'walk', 'validation'],
  ]);
  expect(leftOut(collection)).toEqual({ documents: 'readme.txt', 'in no list': 'd.mp4' });
  writeFiles(root, { 'val.csv': 'path,label\nb.mp4,run\n' });
  expect(await failure(root)).toMatch(
    /val\.csv line 2: expected a clip that is not yet listed but received .*train\.csv line 3/,
  );
});

test('JSON of ActivityNet: each annotation is a clip, of one part several labels', async () => {
  const database = {
    one: {
      subset: 'training',
      annotations: [
        { label: 'run', segment: [1.5, 4] },
        { label: 'walk', segment: [6, 9] },
        { label: 'jump', segment: [6, 9] },
      ],
    },
    two: { subset: 'validation', annotations: [{ label: 'walk', segment: [0, 2] }] },
    gone: { subset: 'validation', annotations: [{ label: 'walk', segment: [0, 2] }] },
    test: { subset: 'testing', annotations: [] },
  };
  const root = folderOf({
    ...videos('videos/v_one.mp4', 'videos/v_two.mkv'),
    'activity_net.v1-3.min.json': JSON.stringify({ version: '1.3', database }),
  });
  const collection = await readCollection(root);
  expect(collection.format).toBe('activitynet');
  expect(rows(collection, 'split', 'group', 'startSeconds', 'endSeconds')).toEqual([
    ['videos/v_one.mp4', 'run', 'train', 'one', 1.5, 4],
    ['videos/v_one.mp4', 'jump+walk', 'train', 'one', 6, 9],
    ['videos/v_two.mkv', 'walk', 'validation', 'two', 0, 2],
  ]);
});

test('JSON of Something-Something: classes are templates', async () => {
  const root = folderOf({
    ...videos('20bn-something-something-v2/1.webm', '20bn-something-something-v2/2.webm'),
    'labels/labels.json': '{"Holding something":"0","Moving something up":"1"}',
    'labels/train.json':
      '[{"id":"1","label":"holding a cup","template":"Holding [something]","placeholders":["a cup"]}]',
    'labels/validation.json':
      '[{"id":"2","label":"moving a pen up","template":"Moving [something] up","placeholders":["a pen"]}]',
    'labels/test.json': '[{"id":"3"}]',
  });
  const collection = await readCollection(root);
  expect(collection).toMatchObject({
    format: 'something-something',
    labels: ['Holding something', 'Moving something up'],
  });
  expect(rows(collection, 'split')).toEqual([
    ['20bn-something-something-v2/1.webm', 'Holding something', 'train'],
    ['20bn-something-something-v2/2.webm', 'Moving something up', 'validation'],
  ]);
});

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectionReport } from '../../lib/dataset/collections/collectionReport';
import { clips, kinetorch, root } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
beforeAll(() => {
  for (const file of ['archery.avi', 'truncated.avi', 'rotated.mp4', 'corrupt.mkv', 'not_a_video.mp4']) {
    cpSync(join(clips, file), join(folder, file));
  }
  const lines = [
    'path,label,group,split,fold,start,end',
    'archery.avi,bow,anna,train,0,1,2.5',
    'archery.avi,bow,anna,test,1,3,',
    'archery.avi,bow,anna,train,1,60,61',
    'truncated.avi,bow,bob,train,0,,',
    'rotated.mp4,street & <road>,carl,train,0,,',
    'corrupt.mkv,street & <road>,carl,train,0,,',
    'not_a_video.mp4,street & <road>,dora,test,1,,',
  ];
  writeFileSync(join(folder, 'manifest.csv'), `${lines.join('\n')}\n`);
});

test('--json gives counts, measures, broken files and groups on several sides', async () => {
  const { code, stdout } = await kinetorch(['dataset', folder, '--json']);
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as CollectionReport;
  expect(report).toMatchObject({
    root: folder,
    format: 'manifest',
    multiLabel: false,
    clips: 7,
    files: 5,
    classes: [
      { label: 'bow', clips: 4, train: 3, validation: 0, test: 1 },
      { label: 'street & <road>', clips: 3, train: 2, validation: 0, test: 1 },
    ],
    splits: { train: 5, test: 2 },
    folds: { 0: 4, 1: 3 },
    sizes: [
      { width: 320, height: 240, files: 2 },
      { width: 240, height: 320, files: 1 },
    ],
    groups: 4,
    groupsAcrossSplits: [{ group: 'anna', sides: ['train', 'test'] }],
    groupsAcrossFolds: [{ group: 'anna', sides: ['0', '1'] }],
  });
  // 1.5 s of archery, what follows its third second, 3.12 s, and the whole of the last.
  expect(report.seconds?.min).toBeCloseTo(1.5, 5);
  expect(report.seconds?.total).toBeGreaterThan(1.5 + 2.24 + 3.12);
  expect(report.broken.map(({ path }) => path)).toEqual(
    ['corrupt.mkv', 'not_a_video.mp4', 'archery.avi'].map((file) => join(folder, file)),
  );
  expect(report.broken[2]?.reason).toMatch(/starts at 60 s but the video ends at 5\.24 s/);
  expect(report.withWarnings).toEqual([
    { path: join(folder, 'truncated.avi'), warnings: [expect.stringContaining('cut short')] },
  ]);
});

test('--help names all that --json gives', async () => {
  const [{ stdout: help }, { stdout }] = await Promise.all([
    kinetorch(['dataset', '--help']),
    kinetorch(['dataset', folder, '--json']),
  ]);
  expect([...help.matchAll(/"(\w+)":/g)].map(([, key]) => key)).toEqual(Object.keys(JSON.parse(stdout)));
});

test('says the same to a person, and draws frames of each class', async () => {
  const picture = join(folder, 'clips.svg');
  const { code, stdout } = await kinetorch(['dataset', folder, '--picture', picture, '--frames', '3']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/clips +7 in 5 files/);
  expect(stdout).toMatch(/class +clips +train +test\n +bow +4 +3 +1\n/);
  expect(stdout).toMatch(/warning: 1 group lies in several splits: anna \(train, test\)/);
  expect(stdout).toMatch(/3 cannot be used:\n {2}corrupt\.mkv: /);
  const svg = readFileSync(picture, 'utf8');
  expect(svg).toContain('street &amp; &lt;road&gt;');
  // Of four clips two are shown for each class; one of those is broken.
  expect(svg.match(/<image /g)?.length).toBe(9);
});

test('a picture that cannot be written is an error after the figures', async () => {
  const { code, stdout, stderr } = await kinetorch(['dataset', folder, '--picture', join(folder, 'none', 'clips.svg')]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/clips +7 in 5 files/);
  expect(stderr).toMatch(/^error: cannot write .*clips\.svg.* \[ERR_FILE_ACCESS\]$/m);
});

test('ends with 0 where every clip can be used', async () => {
  const { code, stdout } = await kinetorch(['dataset', join(root, '..', 'shared', 'data', 'fights')]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/folds +0 \(100\), 1 \(101\), 2 \(99\)[\s\S]*every clip can be/),
  ]);
});

test('a manifest with a mistake ends with its line', async () => {
  const path = join(folder, 'wrong.csv');
  writeFileSync(path, 'path,label,split\na.mp4,x,dev\n');
  const { code, stderr } = await kinetorch(['dataset', path]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/wrong\.csv line 2: expected a split.*ERR_DATASET/);
});

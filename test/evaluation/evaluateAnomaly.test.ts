import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateAnomaly } from '../../lib/evaluation/anomaly/evaluateAnomaly';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, fixture, onCpu, smallArchive } from '../support/models';
import { errorOf, halvesOptions, makeGreys } from '../support/reconstruction';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();
const manifest = join(folder, 'manifest.csv');

let model: VideoModel;
beforeAll(async () => {
  // Bright from 1 to 1.5 s. By night what is strange is no brighter than what is usual by day.
  const greysAt = (usual: number, strange: number) =>
    Array.from({ length: 20 }, (_, i) => (i >= 10 && i < 15 ? strange : usual));
  makeGreys(join(folder, 'day.mkv'), greysAt(100, 200));
  makeGreys(join(folder, 'night.mkv'), greysAt(20, 60));
  makeGreys(join(folder, 'quiet.mkv'), greysAt(30, 30));
  writeFiles(folder, { 'damaged.mkv': 'no video' });
  writeFileSync(
    manifest,
    [
      'path,label,start,end,fold',
      'day.mkv,theft,1,1.3,0',
      'day.mkv,fall,1.3,1.5,0',
      'night.mkv,theft,1,1.5,0',
      'quiet.mkv,normal,,,1',
      '',
    ].join('\n'),
  );
  model = await loadModel(fixture('halves.pt'), halvesOptions);
});
afterAll(() => model.dispose());

test('frames within an anomaly are told from all others, raw and in each video', async () => {
  const seen: number[] = [];
  const onProgress = ({ done }: { done: number }) => seen.push(done);
  const raw = await evaluateAnomaly(model, manifest, { split: 'all', onProgress });
  // Of 10 anomalous and 50 normal frames, 5 are below 15.
  expect(raw.auc).toBeCloseTo(1 - (5 * 15) / (10 * 50), 12);
  expect(raw).toMatchObject({ macroAuc: 1, score: 'mse', normalise: 'none', frames: { normal: 50, anomalous: 10 } });
  expect(raw.videos).toEqual([
    {
      path: join(folder, 'day.mkv'),
      frames: { normal: 15, anomalous: 5 },
      auc: 1,
      highestScore: expect.closeTo(errorOf(200), 6),
    },
    {
      path: join(folder, 'night.mkv'),
      frames: { normal: 15, anomalous: 5 },
      auc: 1,
      highestScore: expect.closeTo(errorOf(60), 6),
    },
    {
      path: join(folder, 'quiet.mkv'),
      frames: { normal: 20, anomalous: 0 },
      auc: null,
      highestScore: expect.closeTo(errorOf(30), 6),
    },
  ]);
  expect({ alarm: raw.alarm, skipped: raw.skipped, seen }).toEqual({ alarm: null, skipped: [], seen: [1, 2, 3] });
  expect(JSON.parse(JSON.stringify(raw))).toEqual(raw);
});

test('stretched to 0…1 in each video, and at a threshold', async () => {
  const options = { fold: 0, normalise: 'video', threshold: errorOf(80) } as const;
  const evaluation = await evaluateAnomaly(model, manifest, options);
  expect(evaluation).toMatchObject({ auc: 1, equalErrorRate: 0, fold: 0, split: 'validation' });
  // Raw scores: all of the day, and nothing of the night.
  expect(evaluation.alarm).toEqual({ threshold: errorOf(80), falseAlarms: 0.5, detected: 0.5 });
});

test('frames of one kind, labels that the data lack, and videos that cannot be read', async () => {
  await expectError(evaluateAnomaly(model, manifest, { fold: 1 }), 'ERR_DATASET', /20 normal and 0 anomalous/);
  await expectError(
    evaluateAnomaly(model, manifest, { normal: 'usual' }),
    'ERR_DATASET',
    /"usual".*fall, normal, theft/,
  );
  await expectError(evaluateAnomaly(model, manifest, { normalise: 'minmax' as 'none' }), 'ERR_INVALID_ARGUMENT');
  await expectError(evaluateAnomaly(model, ''), 'ERR_INVALID_ARGUMENT', /data/);
  const broken = join(folder, 'broken.csv');
  writeFileSync(broken, 'path,label,start,end\nday.mkv,theft,1,1.5\ndamaged.mkv,normal,,\n');
  const { skipped, videos } = await evaluateAnomaly(model, broken, { split: 'all' });
  expect(videos).toHaveLength(1);
  expect(skipped).toEqual([{ index: 1, name: join(folder, 'damaged.mkv'), reason: expect.any(String) }]);
  await expectError(evaluateAnomaly(model, broken, { split: 'all', maxSkippedShare: 0 }), 'ERR_DATASET', /damaged/);
  await using classifier = await loadModel(await smallArchive(), onCpu);
  await expectError(evaluateAnomaly(classifier, manifest), 'ERR_UNSUPPORTED', /decoder/);
});

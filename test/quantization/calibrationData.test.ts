import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SkippedSample } from '../../lib/dataset/types';
import type { ModelMetadata } from '../../lib/model/types';
import { calibrationClips } from '../../lib/quantization/calibrationClips';
import { calibrationData } from '../../lib/quantization/calibrationData';
import { expectError, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, greyFrames, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const manifest = (name: string, ...lines: string[]) => {
  writeFileSync(at(name), `${lines.join('\n')}\n`);
  return at(name);
};
let metadata: ModelMetadata;

beforeAll(async () => {
  ({ metadata } = await smallArchive({ input: { frames: 2, height: 16, width: 16, resize: [16] as [number] } }));
  for (const day of ['monday', 'tuesday']) mkdirSync(at('camera', day), { recursive: true });
  const frames = greyFrames(Array.from({ length: 30 }, (_, i) => i * 100));
  const paths = ['walk.mkv', 'run.mkv', 'camera/monday/a.mkv', 'camera/tuesday/b.mkv', 'camera/c.mkv'].map((path) =>
    at(path),
  );
  makeVideos(paths.map((path) => ({ path, format: 'matroska', codec: 'ffv1', width: 24, height: 16, frames })));
  mkdirSync(at('empty'));
});

function clipsOf(data: Awaited<ReturnType<typeof calibrationData>>, clips: number) {
  const skipped: SkippedSample[] = [];
  const { signal } = new AbortController();
  const onSample = () => {};
  return collect(calibrationClips(data, { clips, maxSkippedShare: 0.5, signal, skipped, onSample }));
}

test('labels are told by their names, and where parts are named the clips are those of training', async () => {
  const path = manifest('split.csv', 'path,label,split', 'walk.mkv,walk,train', 'run.mkv,run,test');
  const data = await calibrationData(path, metadata, undefined);
  expect(data).toMatchObject({
    split: 'train',
    places: [1, 0],
    warnings: [],
  });
  expect(data.samples.dataset.length).toBe(1);
  const test = await calibrationData(path, metadata, 'test');
  expect(test).toMatchObject({ split: 'test', places: [1, 0] });
  expect((await clipsOf(test, 1)).map(({ labels }) => labels)).toEqual([[1]]);
  expect((await calibrationData(path, metadata, 'all')).samples.dataset.length).toBe(2);
  await expectError(calibrationData(path, metadata, 'validation'), 'ERR_DATASET', 'validation clips', 'found none');
});

test('where no parts are named all clips are taken', async () => {
  const path = manifest('plain.csv', 'path,label', 'walk.mkv,walk', 'run.mkv,run');
  const data = await calibrationData(path, metadata, undefined);
  expect(data).toMatchObject({ split: 'all', warnings: [] });
  expect(data.samples.dataset.length).toBe(2);
});

test('videos in folders need no labels', async () => {
  const data = await calibrationData(at('camera'), metadata, undefined);
  expect(data).toMatchObject({ split: 'all', places: null });
  expect(data.warnings.at(-1)).toContain("no labels of the model's");
  const clips = await clipsOf(data, 300);
  expect(clips.every(({ labels }) => labels === null)).toBe(true);
});

test('several labels a clip are labels for a model of several classes a clip alone', async () => {
  const path = manifest('several.csv', 'path,label', 'walk.mkv,walk|run', 'run.mkv,run');
  const single = await calibrationData(path, metadata, undefined);
  expect(single).toMatchObject({ places: null, warnings: [expect.stringContaining('several labels a clip')] });
  const several = await calibrationData(path, { ...metadata, task: 'multilabel' }, undefined);
  expect(several).toMatchObject({ places: [1, 0], warnings: [] });
});

test('of few videos there are several clips each, evenly; of short ones as many as they have', async () => {
  const path = manifest('few.csv', 'path,label', 'walk.mkv,walk', 'run.mkv,run');
  const data = await calibrationData(path, metadata, undefined);
  const clips = await clipsOf(data, 8);
  expect(clips.map(({ labels }) => labels?.[0]).sort()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  const [{ clip }] = clips as [(typeof clips)[number]];
  expect(clip).toMatchObject({ frames: 2, height: 16, width: 24, cropX: 0.5, cropY: 0.5 });
  expect((await clipsOf(data, 7)).length).toBe(7);
  expect((await clipsOf(data, 1000)).length).toBeLessThan(100);
});

test('a folder of nothing is none', async () => {
  await expectError(calibrationData(at('empty'), metadata, undefined), 'ERR_DATASET');
  await expectError(calibrationData(at('nowhere'), metadata, undefined), 'ERR_FILE_NOT_FOUND');
});

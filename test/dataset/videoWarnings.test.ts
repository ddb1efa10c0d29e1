import { join } from 'node:path';
import { batchVideos } from '../../lib/dataset/clips/batchVideos';
import { VideoWarnings } from '../../lib/dataset/clips/videoWarnings';
import { evaluate } from '../../lib/evaluation/evaluate';
import { train } from '../../lib/training/train';
import { onCpu } from '../support/models';
import { smallRun } from '../support/smallRun';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';
import { collect, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const data = join(folder, 'data');
const pathOf = (index: number) => join(data, `${index}.mkv`);

/** Six videos that are interlaced and two that are not, of both labels. */
beforeAll(() => {
  const rows = Array.from({ length: 8 }, (_, i) => `${i}.mkv,${i % 2 ? 'a' : 'b'},${i < 4 ? 'train' : 'val'}\n`);
  writeFiles(data, { 'manifest.csv': `path,label,split\n${rows.join('')}` });
  const common = { format: 'matroska', codec: 'ffv1', width: 16, height: 16 };
  const framesOf = (video: number) =>
    Array.from({ length: 8 }, (_, i) => ({ pts: i * 100, number: 997 * (8 * video + i) }));
  const frameFlags = ['AV_FRAME_FLAG_INTERLACED', 'AV_FRAME_FLAG_TOP_FIELD_FIRST'];
  makeVideos(
    Array.from({ length: 8 }, (_, i) => ({
      ...common,
      path: pathOf(i),
      frames: framesOf(i),
      ...(i % 4 < 3 && { frameFlags }),
    })),
  );
});

const told = (...[first, ...rest]: number[]) =>
  rest.length === 0
    ? expect.stringMatching(new RegExp(`is interlaced .*\\(${pathOf(first as number)}\\)$`))
    : expect.stringMatching(new RegExp(`is interlaced .*\\(${rest.length + 1} videos: .*\\.mkv( …)?\\)$`));

test('a warning that many videos get is one, with their number and the first of them', () => {
  const warnings = new VideoWarnings();
  for (let i = 0; i < 5; i++) warnings.add(`${i}.mp4`, [`cut short: ${i}.5 s of ${2 * i} s`, 'damaged']);
  warnings.add('0.mp4', ['damaged']);
  warnings.add('hdr.mp4', ['the transfer characteristic is smpte2084']);
  warnings.add('hlg.mp4', ['the transfer characteristic is smpte428']);
  expect(warnings.all).toEqual([
    'cut short: 0.5 s of 0 s (5 videos: 0.mp4, 1.mp4, 2.mp4 …)',
    'damaged (5 videos: 0.mp4, 1.mp4, 2.mp4 …)',
    'the transfer characteristic is smpte2084 (hdr.mp4)',
    'the transfer characteristic is smpte428 (hlg.mp4)',
  ]);
});

test('what decoders say of videos reaches those who read them in batches', async () => {
  const videos = await batchVideos(data, { batchSize: 2, width: 16, height: 16, frames: 4 });
  expect(videos.warnings).toEqual([]);
  await videos.clip(0);
  expect(videos.warnings).toEqual([told(0)]);
  for (let pass = 0; pass < 2; pass++) await collect(videos);
  expect(videos.warnings).toEqual([told(0, 1, 2, 4, 5, 6)]);
});

test('and those who train and evaluate, once', async () => {
  const warnings: string[] = [];
  const { modelPath } = await train(smallRun(join(folder, 'run'), { data, learningRate: 1e-5 }), {
    onProgress: (event) => void (event.type === 'warning' && warnings.push(event.message)),
  });
  expect(warnings).toEqual([told(0, 1, 2), told(4, 5, 6)]);
  expect((await evaluate(modelPath, data, { ...onCpu, split: 'train' })).warnings).toEqual([told(0, 1, 2)]);
});

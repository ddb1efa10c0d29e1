import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { batchVideos, type VideoBatch } from '../../lib/dataset/clips/batchVideos';
import { sharedData, temporaryFolder, writeFiles } from '../support/temporaryFolder';
import { makeVideos, realFile } from '../support/videos';

const folder = temporaryFolder();
const words = join(sharedData, 'lip-words');
const small = { batchSize: 50, frameRate: 15, width: 24, height: 16, frames: 4, stride: 2 };

async function collect(batches: AsyncIterable<VideoBatch>): Promise<VideoBatch[]> {
  const all = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

test('gives batches of the size asked for, of one split, in order', async () => {
  const videos = await batchVideos(words, { ...small, split: 'validation' });
  expect(videos.labels.slice(0, 3)).toEqual(['begin', 'choose', 'connection']);
  expect(videos.length).toBe(200);
  const batches = await collect(videos);
  expect(batches.length).toBe(4);
  for (const batch of batches) {
    expect(batch).toMatchObject({ batch: 50, frames: 4, height: 16, width: 24, targets: new Float32Array() });
    expect(batch.clips.length).toBe(50 * 4 * 16 * 24 * 3);
  }
  const names = batches.flatMap((batch) => batch.names);
  expect(names).toEqual(Array.from({ length: 200 }, (_, index) => videos.nameOf(index)));
  const labels = batches.flatMap((batch) => [...batch.labels]);
  expect(labels.map((label, i) => names[i]?.includes(`/${videos.labels[label]}/`))).toEqual(new Array(200).fill(true));
  const clip = await videos.clip(1);
  const second = (batches[0] as VideoBatch).clips.subarray(clip.data.length, 2 * clip.data.length);
  expect(Buffer.from(clip.data).equals(second)).toBe(true);
  expect((await videos.views(0, 2)).length).toBeGreaterThan(0);
});

test('every pass over all of it has an order of its own, by the seed', async () => {
  writeFiles(folder, {
    'manifest.csv': `path,label\n${['archery.avi', 'vp8.webm', 'rotated.mp4', 'mjpeg.mov', 'corrupt.mkv']
      .map((file, i) => `${realFile(file)},${i === 0 ? 'a|b' : 'a'}`)
      .join('\n')}\n`,
  });
  const open = () => batchVideos(folder, { ...small, batchSize: 2, seed: 3 });
  const videos = await open();
  const passes = [await collect(videos), await collect(videos)];
  const names = passes.map((batches) => batches.flatMap((batch) => batch.names));
  expect(names[0]?.length).toBe(4);
  expect(names[0]).not.toEqual(names[1]);
  expect(videos.skipped.map(({ name }) => name)).toEqual([realFile('corrupt.mkv')]);
  expect(await collect(await open())).toEqual(passes[0]);
  const [batch] = passes[0] as [VideoBatch];
  const place = names[0]?.indexOf(realFile('archery.avi')) as number;
  const targets = passes[0]?.flatMap(({ targets }) => [...targets]).slice(place * 2, place * 2 + 2);
  expect([targets, batch.labels.length]).toEqual([[1, 1], 0]);
});

test('refuses options out of range and splits without videos', async () => {
  await expect(batchVideos(words, { frames: 0 })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('options.frames'),
  });
  await expect(batchVideos(words, { stride: 2, sampling: 'segment' })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('stride'),
  });
  await expect(batchVideos(folder, { split: 'test' })).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringContaining('test'),
  });
});

test('reads video that names no matrix as it is told to', async () => {
  for (const label of ['a', 'b']) mkdirSync(join(folder, 'hd', label), { recursive: true });
  const frames = [{ pts: 0, y: 81, u: 90, v: 240 }];
  const spec = { format: 'matroska', codec: 'ffv1', width: 960, height: 720, frames };
  makeVideos(['a', 'b'].map((label) => ({ ...spec, path: join(folder, 'hd', label, 'red.mkv') })));
  const pixel = async (untaggedMatrix?: 'by-height' | 'bt601') => {
    const videos = await batchVideos(join(folder, 'hd'), { ...small, untaggedMatrix });
    return [...(await videos.clip(0)).data.subarray(0, 3)];
  };
  const usual = await pixel();
  expect(usual).toEqual(await pixel('by-height'));
  expect(await pixel('bt601')).not.toEqual(usual);
  await expect(pixel('bt709' as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClipDataset } from '../../lib/dataset/types';
import type { ModelArchive } from '../../lib/model/createModel';
import { chooseWeightDecay } from '../../lib/training/chooseWeightDecay';
import { fitHead } from '../../lib/training/fitHead';
import type { FitHeadOptions } from '../../lib/training/fitHeadOptions';
import { openDecodedVideo } from '../../lib/video/openVideo';
import { expectError, noiseClip, onCpu, smallArchive } from '../support/models';
import { noise } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';
import { greyFrames, makeVideos } from '../support/videos';

jest.mock('../../lib/video/openVideo', () => {
  const real = jest.requireActual('../../lib/video/openVideo');
  return { ...real, openDecodedVideo: jest.fn(real.openDecodedVideo) };
});
const opened = jest.mocked(openDecodedVideo);

const folder = temporaryFolder();

test('a batch may be larger than the usual queue of a model', async () => {
  const archive = await smallArchive({ input: { frames: 2, height: 16, width: 16 } });
  const views: ClipDataset['views'] = async (index, clips) =>
    Array.from({ length: clips }, () => noiseClip({ frames: 2, height: 16, width: 16, seed: index + 1 }));
  const fit = await fitHead(archive, {
    data: { train: noise(2, { views }) },
    outFile: join(folder, 'head.pt'),
    clips: 300,
    batchSize: 600,
    ...onCpu,
  });
  expect(fit).toMatchObject({ training: { samples: 2, top1: 1 }, skipped: [] });
});

test('a weight decay is not chosen among clips of one group', async () => {
  const videos = [0, 1].map((index) => ({ index, labels: [index], vectors: [Float32Array.of(index, 1)] }));
  const task = { classes: 2, multiLabel: false };
  const choose = (keyOf: (index: number) => string) => chooseWeightDecay(videos, keyOf, task, 0);
  await expectError(
    choose(() => 'one speaker'),
    'ERR_DATASET',
    /at least two groups/,
    '2 of 1: give `weightDecay`',
  );
  expect(await choose(String)).toBeGreaterThan(0);
});

test('of several networks, each clip is loaded once', async () => {
  const loaded: number[] = [];
  const views: ClipDataset['views'] = async (index) => {
    loaded.push(index);
    return [noiseClip({ frames: 2, height: 16, width: 16, seed: index + 1 })];
  };
  const progress: string[] = [];
  const input = { frames: 2, height: 16, width: 16 };
  const fit = await fitHead([await smallArchive({ input }), await smallArchive({ input, seed: 8 })], {
    data: { train: noise(4, { views }) },
    outFile: join(folder, 'both.json'),
    weightDecay: 0.01,
    onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    ...onCpu,
  });
  expect(loaded.sort()).toEqual([0, 1, 2, 3]);
  expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
  expect(fit).toMatchObject({ training: { samples: 4 }, validation: null });
});

test('networks whose videos are decoded in different ways cannot be one', async () => {
  const input = { frames: 2, height: 16, width: 16 };
  const archives = [
    await smallArchive({ input }),
    await smallArchive({ input: { ...input, untaggedMatrix: 'bt601' } }),
  ];
  const outFile = join(folder, 'never.json');
  const fit = fitHead(archives, { data: { train: noise(2) }, outFile, ...onCpu });
  await expectError(fit, 'ERR_INVALID_ARGUMENT', /untaggedMatrix/);
});

describe('vectors that are kept on disk', () => {
  const input = { frames: 2, height: 16, width: 16, resize: [16, 16] as [number, number] };
  const labels = ['dark', 'bright'];
  const videos = ['0.mkv', '1.mkv', '2.mkv', '3.mkv'].map((name) => join(folder, name));
  const manifest = join(folder, 'videos.csv');
  const cache = { where: 'disk', folder: join(folder, 'vectors') } as const;
  const write = (path: string, from: number) => {
    const frames = greyFrames(Array.from({ length: 20 }, (_, i) => i * 100)).map((frame) => ({
      ...frame,
      y: frame.y + from,
    }));
    makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames }]);
  };
  beforeAll(() => {
    for (const [index, path] of videos.entries()) write(path, (index % 2) * 100 + index);
    writeFileSync(manifest, `path,label\n${videos.map((path, index) => `${path},${labels[index % 2]}\n`).join('')}`);
  });
  /** Fits a head; how many videos were decoded for it. */
  const fit = async (archives: ModelArchive[], options: Partial<FitHeadOptions> = {}) => {
    opened.mockClear();
    const outFile = join(folder, archives.length > 1 ? 'kept.json' : 'kept.pt');
    const run = { data: manifest, outFile, validationShare: 0.5, weightDecay: 0.01, clips: 2, cache, ...onCpu };
    const fitted = await fitHead(archives.length > 1 ? archives : (archives[0] as ModelArchive), {
      ...run,
      ...options,
    });
    const file = archives.length > 1 ? join(folder, 'kept.0.pt') : outFile;
    return { ...fitted, seconds: 0, head: readFileSync(file), decoded: opened.mock.calls.length };
  };

  test('give the same head again, and other heads, without a video', async () => {
    const archive = await smallArchive({ input });
    const without = await fit([archive], { cache: { where: 'off' } });
    const first = await fit([archive]);
    expect(first).toEqual(without);
    expect(first.decoded).toBe(4);
    expect(await fit([archive])).toEqual({ ...first, decoded: 0 });
    const progress: string[] = [];
    const other = await fit([archive], {
      weightDecay: 1,
      seed: 7,
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    expect(other.decoded).toBe(0);
    expect(other.training.loss).not.toBe(first.training.loss);
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
  });

  test('are those of the network, the clips and the video that they were made of', async () => {
    const archive = await smallArchive({ input });
    await fit([archive]);
    expect(await fit([archive], { clips: 3 })).toMatchObject({ decoded: 4 });
    expect(await fit([archive], { batchSize: 4 })).toMatchObject({ decoded: 4 });
    expect(await fit([await smallArchive({ input, seed: 8 })])).toMatchObject({ decoded: 4 });
    const before = await fit([archive]);
    write(videos[1] as string, 50);
    const after = await fit([archive]);
    expect(after.decoded).toBe(1);
    expect(after.head).not.toEqual(before.head);
    expect(await fit([archive], { cache: { where: 'off' } })).toEqual({ ...after, decoded: 4 });
  });

  test('of several networks are decoded for where one of them is not known', async () => {
    const [a, b] = [await smallArchive({ input }), await smallArchive({ input, seed: 9 })];
    await fit([a]);
    const both = await fit([a, b]);
    expect(both.decoded).toBe(4);
    expect(await fit([b, a])).toMatchObject({ decoded: 0, training: { loss: expect.closeTo(both.training.loss, 5) } });
  });

  test('are for files alone: clips of a program have no name', async () => {
    const archive = await smallArchive({ input: { frames: 2, height: 16, width: 16 } });
    const views: ClipDataset['views'] = async (index) => [
      noiseClip({ frames: 2, height: 16, width: 16, seed: index + 1 }),
    ];
    expect(await fit([archive], { data: { train: noise(2, { views }) } })).toMatchObject({ training: { samples: 2 } });
  });
});

import { ClipLoader, type ClipLoaderOptions, type LoadedBatch } from '../../lib/dataset/clips/clipLoader';
import type { ClipDataset, ClipRequest } from '../../lib/dataset/types';

/** Sample `i` is one frame of 2×2 pixels of value i. */
function dataset(length: number, clip?: ClipDataset['clip']): ClipDataset {
  return {
    labels: ['even', 'odd'],
    length,
    labelOf: (index) => index % 2,
    nameOf: (index) => `clip-${index}`,
    clip: clip ?? (async (index) => ({ data: new Uint8Array(12).fill(index), frames: 1, height: 2, width: 2 })),
  };
}

/** Fails for the samples given. */
const failing =
  (...broken: number[]): ClipDataset['clip'] =>
  async (index) => {
    if (broken.includes(index)) throw new Error('no frame could be decoded');
    return { data: new Uint8Array(12).fill(index), frames: 1, height: 2, width: 2 };
  };

const loaderOf = (data: ClipDataset, batchSize: number, seed: number, options: Partial<ClipLoaderOptions> = {}) =>
  new ClipLoader(data, { batchSize, seed, ...options });

async function batchesOf(loader: ClipLoader, mode: ClipRequest['mode'], epoch = 0, from = 0): Promise<LoadedBatch[]> {
  const batches: LoadedBatch[] = [];
  for await (const batch of loader.epoch(mode, epoch, { from })) batches.push(batch);
  return batches;
}

const samplesIn = (batches: LoadedBatch[]) =>
  batches.flatMap((batch) => Array.from({ length: batch.batch }, (_, place) => batch.data[place * 12] as number));

test('evaluation gives every sample in order, with its label and name', async () => {
  const batches = await batchesOf(loaderOf(dataset(7), 3, 0), 'evaluate');
  expect(batches.map((batch) => batch.batch)).toEqual([3, 3, 1]);
  expect(batches.map((batch) => batch.consumed)).toEqual([3, 6, 7]);
  expect(samplesIn(batches)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(batches.flatMap((batch) => [...batch.labels])).toEqual([0, 1, 0, 1, 0, 1, 0]);
  expect(batches[1]?.names).toEqual(['clip-3', 'clip-4', 'clip-5']);
  expect(batches[0]).toMatchObject({ frames: 1, height: 2, width: 2, targets: new Float32Array() });
  expect(batches[2]?.data).toEqual(new Uint8Array(12).fill(6));
});

test('training shuffles by seed and epoch and leaves out a last batch that is not full', async () => {
  const first = await batchesOf(loaderOf(dataset(20), 6, 1), 'train', 0);
  expect(first.map((batch) => batch.batch)).toEqual([6, 6, 6]);
  expect(new Set(samplesIn(first)).size).toBe(18);
  for (const batch of first) {
    expect([...batch.labels]).toEqual(samplesIn([batch]).map((sample) => sample % 2));
    expect(batch.names).toEqual(samplesIn([batch]).map((sample) => `clip-${sample}`));
  }
  const order = samplesIn(first);
  expect(samplesIn(await batchesOf(loaderOf(dataset(20), 6, 1), 'train', 0))).toEqual(order);
  expect(samplesIn(await batchesOf(loaderOf(dataset(20), 6, 1), 'train', 1))).not.toEqual(order);
  expect(samplesIn(await batchesOf(loaderOf(dataset(20), 6, 2), 'train', 0))).not.toEqual(order);
});

test('a dataset smaller than the batch gives one batch', async () => {
  const batches = await batchesOf(loaderOf(dataset(3), 8, 1), 'train');
  expect(batches.map((batch) => batch.batch)).toEqual([3]);
});

test('clips of several classes come with targets, and others do where they are asked for', async () => {
  const several = { ...dataset(3), labelsOf: (index: number) => [[0], [0, 1], []][index] as number[] };
  const [batch] = await batchesOf(loaderOf(several, 3, 0), 'evaluate');
  expect([...(batch?.targets ?? [])]).toEqual([1, 0, 1, 1, 0, 0]);
  expect(batch?.labels).toEqual(new Int32Array());
  const [single] = await batchesOf(loaderOf(dataset(3), 3, 0, { targets: true }), 'evaluate');
  expect([...(single?.targets ?? [])]).toEqual([1, 0, 0, 1, 1, 0]);
});

test('every sample has random numbers of its own, the same in each run', async () => {
  const drawn = async (seed: number, epoch: number) => {
    const numbers: Record<number, number> = {};
    const clip: ClipDataset['clip'] = async (index, { random }) => {
      numbers[index] = random();
      return { data: new Uint8Array(3), frames: 1, height: 1, width: 1 };
    };
    await batchesOf(loaderOf(dataset(5, clip), 5, seed), 'train', epoch);
    return numbers;
  };
  const numbers = await drawn(1, 0);
  expect(new Set(Object.values(numbers)).size).toBe(5);
  expect(await drawn(1, 0)).toEqual(numbers);
  expect(await drawn(1, 1)).not.toEqual(numbers);
});

test('clips that nobody waits for any more are told so', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const clip: ClipDataset['clip'] = async (_, { signal }) => {
    signals.push(signal);
    return { data: new Uint8Array(3), frames: 1, height: 1, width: 1 };
  };
  for await (const _ of loaderOf(dataset(8, clip), 2, 0).epoch('train', 0)) break;
  expect(signals.map((signal) => signal?.aborted)).toEqual(signals.map(() => true));
});

describe('going on in the middle of an epoch', () => {
  test.each([1, 2, 3, 4])('after batch %i gives the batches that would have followed', async (done) => {
    const options = { maxSkippedShare: 0.5 };
    const data = () => dataset(23, failing(2, 9, 11));
    const unbroken = loaderOf(data(), 5, 7, options);
    await batchesOf(unbroken, 'train', 0);
    const all = await batchesOf(unbroken, 'train', 1);
    expect(all.map((batch) => batch.batch)).toEqual([5, 5, 5, 5]);
    const resumed = loaderOf(data(), 5, 7, options);
    resumed.restoreSkipped(unbroken.skipped);
    const rest = await batchesOf(resumed, 'train', 1, all[done - 1]?.consumed);
    expect(rest).toEqual(all.slice(done));
    expect(resumed.skipped).toEqual(unbroken.skipped);
  });

  test('in the first epoch, when only some failures are known yet', async () => {
    const options = { maxSkippedShare: 0.5 };
    const data = () => dataset(23, failing(2, 9, 11));
    const broken = loaderOf(data(), 5, 7, options);
    const all: LoadedBatch[] = [];
    const skippedAfter = [];
    for await (const batch of broken.epoch('train', 0)) {
      all.push(batch);
      skippedAfter.push(broken.skipped);
    }
    for (const [index, batch] of all.entries()) {
      const resumed = loaderOf(data(), 5, 7, options);
      resumed.restoreSkipped(skippedAfter[index] ?? []);
      expect(await batchesOf(resumed, 'train', 0, batch.consumed)).toEqual(all.slice(index + 1));
      expect(resumed.skipped).toEqual(broken.skipped);
    }
  });
});

describe('samples that fail', () => {
  test('are listed once and not asked for again', async () => {
    const asked: number[] = [];
    const clip: ClipDataset['clip'] = async (index) => {
      asked.push(index);
      if (index === 1) throw new Error('no frame could be decoded');
      if (index === 3) return { data: new Uint8Array(11), frames: 1, height: 2, width: 2 };
      return { data: new Uint8Array(12), frames: 1, height: 2, width: 2 };
    };
    const loader = loaderOf(dataset(6, clip), 2, 0, { maxSkippedShare: 0.5 });
    const batches = await batchesOf(loader, 'evaluate');
    expect(batches.map((batch) => [...batch.labels])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(batches.map((batch) => batch.consumed)).toEqual([3, 6]);
    await batchesOf(loader, 'evaluate');
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 0, 2, 4, 5]);
    expect(loader.skipped).toEqual([
      { index: 1, name: 'clip-1', reason: 'no frame could be decoded' },
      { index: 3, name: 'clip-3', reason: 'expected 1×2×2×3 = 12 values in `clip.data` but received 11' },
    ]);
  });

  test.each([
    [40, 2, undefined],
    [40, 1, 0.04],
    [5, 1, undefined],
  ])('of %i, %i may at a share of %p, and one more ends the epoch', async (length, allowed, maxSkippedShare) => {
    const broken = Array.from({ length: allowed }, (_, i) => i * 2);
    const fine = loaderOf(dataset(length, failing(...broken)), 5, 0, { maxSkippedShare });
    expect(samplesIn(await batchesOf(fine, 'evaluate')).length).toBe(length - allowed);
    const tooMany = loaderOf(dataset(length, failing(...broken, allowed * 2)), 5, 0, { maxSkippedShare });
    await expect(batchesOf(tooMany, 'evaluate')).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringMatching(
        new RegExp(`${allowed + 1} of ${length} failed(\n {2}clip-\\d: no frame could be decoded){${allowed + 1}}`),
      ),
    });
  });

  test('may not at all where the share is 0', async () => {
    const loader = loaderOf(dataset(40, failing(7)), 5, 0, { maxSkippedShare: 0 });
    await expect(batchesOf(loader, 'train')).rejects.toMatchObject({ code: 'ERR_DATASET' });
  });

  test('all of them are an error however many may', async () => {
    const loader = loaderOf(dataset(3, failing(0, 1, 2)), 2, 0, { maxSkippedShare: 1 });
    await expect(batchesOf(loader, 'train')).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringMatching(/3 of 3 failed/),
    });
  });
});

test('clips of different sizes are an error that names both', async () => {
  const clip: ClipDataset['clip'] = async (index) => {
    const width = index === 2 ? 3 : 2;
    return { data: new Uint8Array(2 * width * 3), frames: 1, height: 2, width };
  };
  await expect(batchesOf(loaderOf(dataset(4, clip), 4, 0), 'evaluate')).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringContaining('1×2×2 as clip-0, but clip-2 is 1×2×3'),
  });
});

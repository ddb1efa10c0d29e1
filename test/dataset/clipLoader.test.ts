import type { NativeBatch } from '../../binding';
import { ClipLoader } from '../../lib/dataset/clipLoader';
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

async function batchesOf(loader: ClipLoader, mode: ClipRequest['mode'], epoch = 0): Promise<NativeBatch[]> {
  const batches: NativeBatch[] = [];
  for await (const batch of loader.epoch(mode, epoch)) batches.push(batch);
  return batches;
}

const samplesIn = (batches: NativeBatch[]) =>
  batches.flatMap((batch) => Array.from({ length: batch.batch }, (_, place) => batch.data[place * 12] as number));

test('evaluation gives every sample in order, with its label', async () => {
  const batches = await batchesOf(new ClipLoader(dataset(7), 3, 0), 'evaluate');
  expect(batches.map((batch) => batch.batch)).toEqual([3, 3, 1]);
  expect(samplesIn(batches)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(batches.flatMap((batch) => [...batch.labels])).toEqual([0, 1, 0, 1, 0, 1, 0]);
  expect(batches[0]).toMatchObject({ frames: 1, height: 2, width: 2 });
  expect(batches[2]?.data).toEqual(new Uint8Array(12).fill(6));
});

test('training shuffles by seed and epoch and leaves out a last batch that is not full', async () => {
  const first = await batchesOf(new ClipLoader(dataset(20), 6, 1), 'train', 0);
  expect(first.map((batch) => batch.batch)).toEqual([6, 6, 6]);
  expect(new Set(samplesIn(first)).size).toBe(18);
  for (const batch of first) {
    expect([...batch.labels]).toEqual(samplesIn([batch]).map((sample) => sample % 2));
  }
  const order = samplesIn(first);
  expect(samplesIn(await batchesOf(new ClipLoader(dataset(20), 6, 1), 'train', 0))).toEqual(order);
  expect(samplesIn(await batchesOf(new ClipLoader(dataset(20), 6, 1), 'train', 1))).not.toEqual(order);
  expect(samplesIn(await batchesOf(new ClipLoader(dataset(20), 6, 2), 'train', 0))).not.toEqual(order);
});

test('a dataset smaller than the batch gives one batch', async () => {
  const batches = await batchesOf(new ClipLoader(dataset(3), 8, 1), 'train');
  expect(batches.map((batch) => batch.batch)).toEqual([3]);
});

test('every sample has random numbers of its own, the same in each run', async () => {
  const drawn = async (seed: number, epoch: number) => {
    const numbers: Record<number, number> = {};
    const clip: ClipDataset['clip'] = async (index, { random }) => {
      numbers[index] = random();
      return { data: new Uint8Array(3), frames: 1, height: 1, width: 1 };
    };
    await batchesOf(new ClipLoader(dataset(5, clip), 5, seed), 'train', epoch);
    return numbers;
  };
  const numbers = await drawn(1, 0);
  expect(new Set(Object.values(numbers)).size).toBe(5);
  expect(await drawn(1, 0)).toEqual(numbers);
  expect(await drawn(1, 1)).not.toEqual(numbers);
});

test('a sample that fails is listed once and not asked for again', async () => {
  const asked: number[] = [];
  const clip: ClipDataset['clip'] = async (index) => {
    asked.push(index);
    if (index === 1) throw new Error('no frame could be decoded');
    if (index === 3) return { data: new Uint8Array(11), frames: 1, height: 2, width: 2 };
    return { data: new Uint8Array(12), frames: 1, height: 2, width: 2 };
  };
  const loader = new ClipLoader(dataset(6, clip), 2, 0);
  expect((await batchesOf(loader, 'evaluate')).map((batch) => [...batch.labels])).toEqual([
    [0, 0],
    [0, 1],
  ]);
  await batchesOf(loader, 'evaluate');
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 0, 2, 4, 5]);
  expect(loader.skipped).toEqual([
    { name: 'clip-1', reason: 'no frame could be decoded' },
    { name: 'clip-3', reason: 'expected 12 bytes of data but received 11' },
  ]);
});

test('a dataset without one usable clip is an error that gives the first reason', async () => {
  const clip: ClipDataset['clip'] = async () => {
    throw new Error('broken file');
  };
  await expect(batchesOf(new ClipLoader(dataset(3, clip), 2, 0), 'train')).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringMatching(/3 failures.*clip-\d: broken file/),
  });
});

test('clips of different sizes are an error that names both', async () => {
  const clip: ClipDataset['clip'] = async (index) => {
    const width = index === 2 ? 3 : 2;
    return { data: new Uint8Array(2 * width * 3), frames: 1, height: 2, width };
  };
  await expect(batchesOf(new ClipLoader(dataset(4, clip), 4, 0), 'evaluate')).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringContaining('1×2×2 as clip-0, but clip-2 is 1×2×3'),
  });
});

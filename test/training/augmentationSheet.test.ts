import { PNG } from 'pngjs';
import type { ClipDataset, ClipRequest } from '../../lib/dataset/types';
import { augmentationSheet } from '../../lib/training/augmentationSheet';
import { inputOf } from '../support/models';

const input = inputOf({ frames: 12, height: 8, width: 10, resize: [10, 12] });
const requests: ClipRequest['mode'][] = [];

/** Clips of one colour, whose every frame is a little brighter; the third cannot be loaded. */
const dataset: ClipDataset = {
  labels: ['dark', 'bright'],
  length: 3,
  labelOf: (index) => index % 2,
  nameOf: (index) => `clip ${index}`,
  clip: async (index, { mode }) => {
    requests.push(mode);
    if (index === 2) throw new Error('this one is broken');
    const frame = (t: number) => new Uint8Array(10 * 12 * 3).fill(index * 100 + t);
    return { data: Buffer.concat(Array.from({ length: 12 }, (_, t) => frame(t))), frames: 12, height: 10, width: 12 };
  },
};

/** First byte, height and width of every frame in the picture, row by row. */
function framesIn(svg: string): number[][] {
  return [...svg.matchAll(/data:image\/png;base64,([^"]+)/g)].map(([, text]) => {
    const png = PNG.sync.read(Buffer.from(text as string, 'base64'));
    return [png.data[0] as number, png.height, png.width];
  });
}

test('shows each clip as it is and as often augmented as asked, and why one cannot be shown', async () => {
  const augment = { horizontalFlip: 0.5 };
  const svg = await augmentationSheet(dataset, [0, 1, 2], { input, augment, versions: 2, seed: 0 });
  const places = [0, 2, 3, 5, 6, 8, 9, 11]; // 8 of 12 frames
  const original = (n: number) => places.map((t) => [n * 100 + t, 10, 12]);
  const augmented = (n: number) => places.map((t) => [n * 100 + t, 8, 10]);
  const expected = [0, 1].flatMap((n) => [...original(n), ...augmented(n), ...augmented(n)]);
  expect(framesIn(svg)).toEqual(expected);
  expect(svg).toContain('What the network sees: 12 frames of 10×8');
  expect(svg).toContain('clip 2: this one is broken');
  expect(requests.filter((mode) => mode === 'evaluate')).toHaveLength(3);
  expect(requests.filter((mode) => mode === 'train')).toHaveLength(4);
});

test('tells the shares of mixed labels, the larger first, and the other clip', async () => {
  const svg = await augmentationSheet(dataset, [0, 1], { input, augment: { mixup: 50 }, versions: 1, seed: 0 });
  const [, first, firstLabel, second] =
    /(\d+)% (dark|bright), (\d+)% (?:dark|bright): mixed with clip 1/.exec(svg) ?? [];
  expect(Number(first) + Number(second)).toBe(100);
  expect(Number(first)).toBeGreaterThanOrEqual(Number(second));
  const bright = Number(firstLabel === 'bright' ? first : second);
  expect(framesIn(svg)[8]?.[0]).toBeCloseTo(bright, -0.5);
});

test('rejects where no clip can be loaded', async () => {
  const options = { input, augment: {}, versions: 1, seed: 0 };
  await expect(augmentationSheet(dataset, [2], options)).rejects.toThrow('this one is broken');
});

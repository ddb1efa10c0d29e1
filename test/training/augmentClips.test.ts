import type { AugmentOptions, InputSpec, NativeBatch } from '../../binding';
import { callNative, native } from '../../lib/native';
import { noAugmentation } from '../support/augmentation';
import { inputOf } from '../support/models';

// Each operation is held against torchvision's results by the native tests; here, what a caller gets.

const [clips, frames, height, width] = [4, 3, 20, 26];
const input: InputSpec = inputOf({ frames, height: 16, width: 18, resize: [20, 26] });
const whole = { ...input, height, width };

/** Neighbouring values differ, and no two windows are the same. */
const data = Uint8Array.from(
  { length: clips * frames * height * width * 3 },
  (_, i) => ((i * 2654435761) >>> 13) % 256,
);
const batch: NativeBatch = {
  data,
  batch: clips,
  frames,
  height,
  width,
  labels: Int32Array.of(0, 1, 2, 1),
  targets: new Float32Array(),
};
const everything: AugmentOptions = {
  ...noAugmentation,
  cropArea: [0.3, 1],
  flip: [0.5, 0.5, 0.5],
  brightness: 0.4,
  contrast: 0.4,
  saturation: 0.4,
  hue: 0.1,
  randAugmentOperations: 2,
  randAugmentMagnitude: 9,
  erase: 0.5,
  mixup: 0.5,
  cutmix: 1,
};

const augment = (change: Partial<AugmentOptions>, { seed = 0, spec = input, of = batch } = {}) =>
  callNative(() =>
    native().augmentClips(of, { augment: { ...noAugmentation, ...change }, input: spec, numClasses: 3, seed }),
  );

/** The value of the source batch. */
const source = (n: number, t: number, y: number, x: number, c: number) =>
  data[(((n * frames + t) * height + y) * width + x) * 3 + c] as number;

/** One pixel at a time: is clip `n` of the result the window of the source at `top`, `left`? */
function isWindow(result: Uint8Array, n: number, top: number, left: number, flip: boolean): boolean {
  let at = n * frames * input.height * input.width * 3;
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < input.height; y++) {
      for (let x = 0; x < input.width; x++) {
        const column = left + (flip ? input.width - 1 - x : x);
        for (let c = 0; c < 3; c++) if (result[at++] !== source(n, t, top + y, column, c)) return false;
      }
    }
  }
  return true;
}

function windowsOf(result: Uint8Array, n: number, flip: boolean): string[] {
  const found: string[] = [];
  for (let top = 0; top <= height - input.height; top++) {
    for (let left = 0; left <= width - input.width; left++) {
      if (isWindow(result, n, top, left, flip)) found.push(`${top},${left}`);
    }
  }
  return found;
}

test('with everything off, each clip is one window of its frames, at places that the seed decides', async () => {
  const places = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const { data: result, targets } = await augment({}, { seed });
    expect([...targets]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0]);
    for (let n = 0; n < clips; n++) {
      const windows = windowsOf(result, n, false);
      expect(windows).toHaveLength(1);
      places.add(windows[0] as string);
    }
  }
  expect(places.size).toBeGreaterThan(25);
});

test('a flip mirrors the window, and spares the classes whose probability is 0', async () => {
  const { data: result } = await augment({ flip: [1, 0, 1] });
  expect([0, 1, 2, 3].map((n) => windowsOf(result, n, true).length)).toEqual([1, 0, 1, 0]);
  expect([0, 1, 2, 3].map((n) => windowsOf(result, n, false).length)).toEqual([0, 1, 0, 1]);
});

test('the same seed gives the same bytes, another seed others', async () => {
  const first = await augment(everything, { seed: 5 });
  expect(await augment(everything, { seed: 5 })).toEqual(first);
  expect((await augment(everything, { seed: 6 })).data).not.toEqual(first.data);
});

test('brightness multiplies every value of a clip by one factor', async () => {
  const { data: result } = await augment({ brightness: 0.5 }, { spec: whole });
  const perClip = data.length / clips;
  const factors = Array.from({ length: clips }, (_, n) => {
    // Values are cut off, not rounded: the factor lies in every [result / value, (result + 1) / value).
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    for (let i = n * perClip; i < (n + 1) * perClip; i++) {
      const [before, after] = [data[i] as number, result[i] as number];
      if (before === 0 || after === 255) continue;
      low = Math.max(low, after / before);
      high = Math.min(high, (after + 1) / before);
    }
    expect(low).toBeLessThan(high + 1e-6);
    return low;
  });
  for (const factor of factors) expect(factor).toBeGreaterThanOrEqual(0.49);
  for (const factor of factors) expect(factor).toBeLessThanOrEqual(1.5);
  expect(new Set(factors).size).toBe(clips);
});

test('a shift of hue keeps the highest and lowest channel of every pixel', async () => {
  const { data: result } = await augment({ hue: 0.5 }, { spec: whole });
  let changed = 0;
  for (let i = 0; i < data.length; i += 3) {
    const [before, after] = [data.subarray(i, i + 3), result.subarray(i, i + 3)];
    expect(Math.abs(Math.max(...after) - Math.max(...before))).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.min(...after) - Math.min(...before))).toBeLessThanOrEqual(1);
    if (before.some((value, c) => Math.abs(value - (after[c] as number)) > 3)) changed++;
  }
  expect(changed).toBeGreaterThan(data.length / 3 / 2);
});

test('mixup blends each clip with the one before it, as its targets say', async () => {
  const { data: result, targets } = await augment({ mixup: 1 }, { spec: whole });
  const own = targets[0] as number; // class 0 is of clip 0 alone
  expect(own).toBeGreaterThan(0);
  const perClip = data.length / clips;
  for (let i = 0; i < data.length; i++) {
    const other = data[(i - perClip + data.length) % data.length] as number;
    const expected = own * (data[i] as number) + (1 - own) * other;
    expect(Math.abs((result[i] as number) - expected)).toBeLessThan(0.51);
  }
});

test.each([
  ['mixup', { mixup: 0.3 }],
  ['cutmix', { cutmix: 1 }],
  ['both', { mixup: 0.3, cutmix: 1 }],
])('targets of %s add up to 1', async (_, change) => {
  for (let seed = 0; seed < 20; seed++) {
    const { targets } = await augment(change, { seed });
    for (let n = 0; n < clips; n++) {
      const row = targets.subarray(n * 3, n * 3 + 3);
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
  }
});

test('clips of several classes keep their targets', async () => {
  const targets = Float32Array.of(1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1);
  const several = { ...batch, labels: new Int32Array(), targets };
  expect((await augment({ flip: [1, 1, 0] }, { of: several })).targets).toEqual(targets);
});

test.each<[string, Partial<NativeBatch>, string]>([
  ['bytes that are too few', { data: data.subarray(1) }, 'ERR_CLIP_SHAPE'],
  ['other frames than the input has', { frames: 2 }, 'ERR_CLIP_SHAPE'],
  ['a label out of range', { labels: Int32Array.of(0, 1, 2, 3) }, 'ERR_INVALID_ARGUMENT'],
  ['too few labels', { labels: Int32Array.of(0, 1) }, 'ERR_INVALID_ARGUMENT'],
])('refuses %s', async (_, change, code) => {
  await expect(augment({}, { of: { ...batch, ...change } })).rejects.toMatchObject({ code });
});

test.each(['trivialAugmentWide', 'augMix', 'imagenet'] as const)(
  '%s changes most clips, and every frame of one alike',
  async (autoAugment) => {
    // One picture in all frames: what treats them alike leaves them the same.
    const framePixels = height * width * 3;
    const still = Uint8Array.from(data, (_, i) => data[i % framePixels] as number);
    let changed = 0;
    for (let seed = 0; seed < 10; seed++) {
      const of = { ...batch, data: still };
      const plain = await augment({}, { seed, spec: whole, of });
      const result = await augment({ autoAugment }, { seed, spec: whole, of });
      for (let n = 0; n < clips; n++) {
        const clip = (from: Uint8Array, t: number) =>
          from.subarray((n * frames + t) * framePixels, (n * frames + t + 1) * framePixels);
        for (let t = 1; t < frames; t++) expect(clip(result.data, t)).toEqual(clip(result.data, 0));
        if (Buffer.compare(clip(result.data, 0), clip(plain.data, 0)) !== 0) changed++;
      }
    }
    expect(changed).toBeGreaterThan(20);
  },
);

test('erasing leaves noise, or the mean of the input', async () => {
  const mean = input.mean.map((value) => Math.round(value * 255));
  const meanPixels = async (eraseWith: AugmentOptions['eraseWith']) => {
    const { data: pixels } = await augment({ erase: 1, eraseWith }, { spec: whole });
    let count = 0;
    for (let at = 0; at < pixels.length; at += 3) if (mean.every((value, c) => pixels[at + c] === value)) count++;
    return count;
  };
  expect(await meanPixels('mean')).toBeGreaterThan(20);
  expect(await meanPixels('noise')).toBe(0);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkClip } from '../../lib/clip/checkClip';
import { checkFrameRate } from '../../lib/clip/checkFrameRate';
import { checkScale } from '../../lib/clip/checkScale';

test('a side may be as long as native code allows', () => {
  const header = readFileSync(join(__dirname, '..', '..', 'native', 'runtime', 'max_side.h'), 'utf8');
  const max = Number(/kMaxSide = (\d+);/.exec(header)?.[1]);
  const row = (width: number) => ({ data: new Uint8Array(3 * width), frames: 1, height: 1, width });
  expect(checkClip(row(max)).width).toBe(max);
  expect(() => checkClip(row(max + 1))).toThrow(`an integer between 1 and ${max} but`);
});

describe('floats', () => {
  const [frames, height, width] = [16, 48, 64];
  const usual = { mean: [0.43, 0.39, 0.38], std: [0.23, 0.22, 0.22] };
  const clip = (valueAt: (place: number) => number) => ({
    data: Float32Array.from({ length: frames * height * width * 3 }, (_, place) => valueAt(place)),
    frames,
    height,
    width,
  });

  test.each<[string, (place: number) => number]>([
    ['from 0 to 1', (place) => (place % 256) / 255],
    ['a little beyond, as a resize gives', (place) => ((place * 7) % 300) / 255 - 0.1],
    ['with NaN, which the native layer refuses,', () => Number.NaN],
  ])('%s are taken', (_, valueAt) => {
    expect(() => checkScale(clip(valueAt), usual)).not.toThrow();
  });

  test.each<[string, (place: number) => number]>([
    ['of 0…255', (place) => place % 256],
    ['of 0…255 in dark pictures', (place) => place % 5],
    ['of 0…255 in one channel alone', (place) => (place % 3 === 1 ? 200 : 0)],
    ['of 0…255 in one frame alone', (place) => (place < height * width * 3 ? 200 : 0)],
    ['normalised', (place) => ((place % 256) / 255 - 0.43) / 0.22],
    ['from -1 to 1', (place) => (place % 256) / 127.5 - 1],
  ])('%s are refused', (_, valueAt) => {
    expect(() => checkScale(clip(valueAt), usual)).toThrow(
      expect.objectContaining({
        code: 'ERR_CLIP_DATA',
        message: expect.stringMatching(/0 to 1 .* Uint8Array, or divide/),
      }),
    );
  });
});

test('floats that are normalised already are taken where the input is not normalised, those of 0…255 are not', () => {
  const clip = (values: number[]) => ({ data: Float32Array.from(values), frames: 1, height: 1, width: 1 });
  const identity = { mean: [0, 0, 0], std: [1, 1, 1] };
  expect(() => checkScale(clip([-4, 0, 4]), identity)).not.toThrow();
  expect(() => checkScale(clip([0, 128, 255]), identity)).toThrow(/0 to 1/);
});

describe('a frame rate', () => {
  const pace = { frames: 16, frameRate: 15 };
  const check = (frames: number, frameRate: number | undefined, of = pace) => checkFrameRate({ frames, frameRate }, of);

  test.each([
    [16, 15],
    [31, 30],
    [32, 30],
    [25, 25],
    [8, 7.5],
    [99, undefined],
  ])('of %d frames, %d a second, fits', (frames, frameRate) => expect(() => check(frames, frameRate)).not.toThrow());

  test.each([
    [16, 30],
    [16, 60],
    [300, 30],
    [16, 10],
    [1, 15],
  ])('of %d frames, %d a second, is refused', (frames, frameRate) => {
    const needed = Math.round(frameRate) + 1;
    expect(() => check(frames, frameRate)).toThrow(
      `expected a clip of about ${needed} frames, as the model sees 16 frames, 15 a second, but received ${frames} frames, ${frameRate} a second`,
    );
  });

  test.each([0, -1, Number.NaN, Infinity, '30'])('that is %p is refused', (frameRate) => {
    expect(() => check(16, frameRate as number)).toThrow(expect.objectContaining({ code: 'ERR_CLIP_SHAPE' }));
  });

  test('does not matter where frames span a whole video, or there is one', () => {
    expect(() => check(300, 30, { ...pace, sampling: 'segment' } as never)).not.toThrow();
    expect(() => check(300, 30, { ...pace, frames: 1 })).not.toThrow();
  });
});

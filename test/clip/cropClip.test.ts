import { cropClip } from '../../lib/clip/cropClip';

// 2 frames of 3×4 pixels whose red is frame * 100 + row * 10 + column.
const clip = { data: new Uint8Array(2 * 3 * 4 * 3), frames: 2, height: 3, width: 4 };
for (let pixel = 0; pixel < 24; pixel++) {
  const [frame, row, column] = [Math.floor(pixel / 12), Math.floor(pixel / 4) % 3, pixel % 4];
  clip.data.set([frame * 100 + row * 10 + column, 1, 2], pixel * 3);
}

test.each([
  [0, 0, [0, 1, 10, 11, 100, 101, 110, 111]],
  [1, 1, [12, 13, 22, 23, 112, 113, 122, 123]],
  [0.5, 0, [1, 2, 11, 12, 101, 102, 111, 112]],
])('cuts the same window out of every frame at x %p, y %p', (x, y, reds) => {
  const cropped = cropClip(clip, 2, 2, x, y);
  expect(cropped).toMatchObject({ frames: 2, height: 2, width: 2 });
  expect([...cropped.data].filter((_, index) => index % 3 === 0)).toEqual(reds);
  expect([...cropped.data].filter((_, index) => index % 3 === 2)).toEqual(new Array(8).fill(2));
});

test('gives a clip of the right size back as it is', () => {
  expect(cropClip(clip, 3, 4, 0.3, 0.9)).toBe(clip);
});

import { orientationOf } from '../../lib/video/decoder/orientation';
import { copyOf, uncropped, viewOf } from '../../lib/video/decoder/pictureView';

const one = 65536;

/** A display matrix: a stored point (x, y) is shown at (ax + cy, bx + dy). */
const matrixOf = (a: number, b: number, c: number, d: number) =>
  new Uint8Array(Int32Array.from([a, b, 0, c, d, 0, 0, 0, 2 ** 30]).buffer);

// A stored picture of 3×2 pixels, numbered 0 1 2 / 3 4 5, and what a viewer sees.
const cases = [
  { name: 'upright', matrix: matrixOf(one, 0, 0, one), rotation: 0, seen: [0, 1, 2, 3, 4, 5] },
  { name: '90° clockwise', matrix: matrixOf(0, one, -one, 0), rotation: 90, seen: [3, 0, 4, 1, 5, 2] },
  { name: '180°', matrix: matrixOf(-one, 0, 0, -one), rotation: 180, seen: [5, 4, 3, 2, 1, 0] },
  { name: '270° clockwise', matrix: matrixOf(0, -one, one, 0), rotation: 270, seen: [2, 5, 1, 4, 0, 3] },
  { name: 'mirrored', matrix: matrixOf(-one, 0, 0, one), rotation: 0, seen: [2, 1, 0, 5, 4, 3] },
  { name: 'upside down', matrix: matrixOf(one, 0, 0, -one), rotation: 180, seen: [3, 4, 5, 0, 1, 2] },
  { name: 'transposed', matrix: matrixOf(0, one, one, 0), rotation: 270, seen: [0, 3, 1, 4, 2, 5] },
  { name: 'a matrix of zeros', matrix: matrixOf(0, 0, 0, 0), rotation: 0, seen: [0, 1, 2, 3, 4, 5] },
  { name: 'no matrix', matrix: null, rotation: 0, seen: [0, 1, 2, 3, 4, 5] },
];

test.each(cases)('$name', ({ matrix, rotation, seen }) => {
  const stored = Buffer.from([0, 1, 2, 3, 4, 5].flatMap((pixel) => [pixel, pixel + 10, pixel + 20]));
  const orientation = orientationOf(matrix);
  expect(orientation.rotation).toBe(rotation);
  const turned = copyOf(viewOf({ bytes: stored, stride: 9, width: 3, height: 2 }, uncropped, orientation));
  expect([...turned]).toEqual(seen.flatMap((pixel) => [pixel, pixel + 10, pixel + 20]));
});

test('what a container crops is cut off before the picture is turned', () => {
  // Stored 4×3, numbered row by row, in rows of 20 bytes; the middle of 2×2 is 4 5 / 8 9.
  const bytes = Buffer.alloc(60);
  for (let y = 0; y < 3; y++) for (let x = 0; x < 4; x++) bytes[y * 20 + x * 3] = y * 4 + x;
  const cropping = { top: 1, bottom: 0, left: 0, right: 2 };
  const seen = (matrix: Uint8Array | null) => {
    const view = viewOf({ bytes, stride: 20, width: 4, height: 3 }, cropping, orientationOf(matrix));
    return [...copyOf(view)].filter((_, i) => i % 3 === 0);
  };
  expect(seen(null)).toEqual([4, 5, 8, 9]);
  expect(seen(matrixOf(0, one, -one, 0))).toEqual([8, 4, 9, 5]);
  expect(seen(matrixOf(-one, 0, 0, one))).toEqual([5, 4, 9, 8]);
});

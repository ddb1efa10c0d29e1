import { orientationOf, turnUpright } from '../../lib/video/decoder/orientation';

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
  const turned = turnUpright(stored, 3, 2, orientation);
  expect([...turned]).toEqual(seen.flatMap((pixel) => [pixel, pixel + 10, pixel + 20]));
});

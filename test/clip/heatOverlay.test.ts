import { colorTable } from '../../lib/clip/colorMap';
import { colorScale, overlayHeat } from '../../lib/clip/heatOverlay';
import { captioned } from '../../lib/clip/heatPicture';
import { drawText, textWidth } from '../../lib/clip/lettering';

const grey = (height: number, width: number, value = 100) => ({
  data: new Uint8Array(height * width * 3).fill(value),
  height,
  width,
});
const pixel = ({ data, width }: { data: Uint8Array; width: number }, y: number, x: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const whole = { top: 0, left: 0, height: 1, width: 1 };
const viridis = { colormap: 'viridis', alpha: 1 } as const;

test('viridis goes from violet through green to yellow', () => {
  const table = colorTable('viridis');
  const colors = [0, 85, 128, 255].map((step) => [...table.subarray(step * 3, step * 3 + 3)]);
  expect(colors[0]).toEqual([0x44, 0x01, 0x54]);
  expect(colors[3]).toEqual([0xfd, 0xe7, 0x25]);
  // matplotlib's own table at 85 and 128.
  for (const [color, expected] of [
    [colors[1], [49, 104, 142]],
    [colors[2], [33, 145, 140]],
  ] as const) {
    const off = expected.map((value, channel) => Math.abs((color?.[channel] as number) - value));
    expect(Math.max(...off)).toBeLessThan(3);
  }
});

test('a map is laid over its part of the frame alone, bilinearly', () => {
  const map = { values: Float32Array.of(0, 1), height: 1, width: 2 };
  const style = { colormap: 'gray', alpha: 1 } as const;
  const half = overlayHeat(grey(2, 8), map, { top: 0, left: 0.5, height: 0.5, width: 0.5 }, style);
  expect(pixel(half, 1, 5)).toEqual([100, 100, 100]);
  expect([3, 4, 5, 6, 7].map((x) => pixel(half, 0, x)[0])).toEqual([100, 0, 64, 191, 255]);
});

test('alpha says how much of a pixel is the colour, and the frame given stays as it is', () => {
  const map = { values: Float32Array.of(1), height: 1, width: 1 };
  const frame = grey(1, 1);
  const shown = [0, 0.5, 1].map((alpha) => pixel(overlayHeat(frame, map, whole, { colormap: 'gray', alpha }), 0, 0)[0]);
  expect(shown).toEqual([100, 178, 255]);
  expect(pixel(frame, 0, 0)).toEqual([100, 100, 100]);
});

test('a picture has even sides, its frames side by side, and the scale', () => {
  const picture = captioned([grey(31, 199), grey(31, 100)], 'label 93%', viridis);
  expect([picture.height % 2, picture.width]).toEqual([0, 300]);
  expect(pixel(picture, 30, 298)).toEqual([100, 100, 100]);
  const row = 32 + 12;
  const line = Array.from({ length: 300 }, (_, x) => pixel(picture, row, x).join());
  const scale = colorScale('viridis', 1, 64);
  const place = line.indexOf(pixel(scale, 0, 0).join());
  expect(line.slice(place, place + 64)).toEqual(Array.from({ length: 64 }, (_, x) => pixel(scale, 0, x).join()));
});

test('texts are capitals, without marks, cut where there is no more room', () => {
  const written = (text: string, right?: number) => {
    const frame = grey(7, 40, 0);
    drawText(frame, text, { left: 0, top: 0, right, scale: 1 }, [255, 255, 255]);
    return frame.data;
  };
  expect(written('é')).toEqual(written('E'));
  expect(written('語')).toEqual(written('?'));
  expect(written('abc', 12)).toEqual(written('AB'));
  expect(written('ab')).not.toEqual(written('ba'));
  expect(textWidth('ab', 2)).toBe(22);
});

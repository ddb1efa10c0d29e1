import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/runCli';

type Triple = [number, number, number];

const [light = '', dark = ''] = readFileSync(join(root, 'page', 'colours.css'), 'utf8').split('@media');

/** What full colour blindness of each kind makes of linear RGB (Machado, Oliveira and Fernandes 2009). */
const eyes: Record<string, [Triple, Triple, Triple]> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red cones': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green cones': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'no blue cones': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const named = (sheet: string, name: string) =>
  [...sheet.matchAll(new RegExp(`--${name}: (#\\w{6})`, 'g'))].map(([, hex]) => linear(hex as string));

function linear(hex: string): Triple {
  const parts = [1, 3, 5].map((place) => Number.parseInt(hex.slice(place, place + 2), 16) / 255);
  return parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as Triple;
}

const dot = (one: Triple, two: Triple) => one[0] * two[0] + one[1] * two[1] + one[2] * two[2];
const luminance = (colour: Triple) => dot(colour, [0.2126, 0.7152, 0.0722]);

function contrast(one: Triple, two: Triple): number {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function lab(colour: Triple): Triple {
  const root3 = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = root3(dot(colour, [0.4124, 0.3576, 0.1805]) / 0.95047);
  const y = root3(luminance(colour));
  const z = root3(dot(colour, [0.0193, 0.1192, 0.9505]) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The smallest distance in CIELAB between two colours; about 2 can just be seen side by side. */
function closest(colours: Triple[], eye: [Triple, Triple, Triple]): number {
  const seen = colours.map((colour) => lab(eye.map((row) => Math.min(1, Math.max(0, dot(row, colour)))) as Triple));
  const distances = seen.flatMap((one, place) =>
    seen.slice(place + 1).map((two) => Math.hypot(...one.map((value, axis) => value - (two[axis] as number)))),
  );
  return Math.min(...distances);
}

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, sheet) => {
  const labels = named(sheet, 'label-\\d');
  const [card, text, faint] = ['card', 'text', 'faint'].map((name) => named(sheet, name)[0] as Triple) as [
    Triple,
    Triple,
    Triple,
  ];

  test.each(Object.entries(eyes))('ten labels are far apart, seen with %s', (_name, eye) => {
    expect(labels).toHaveLength(10);
    expect(closest(labels, eye)).toBeGreaterThan(20);
  });

  test('curves stand out from their ground, and text can be read', () => {
    expect(Math.min(...labels.map((label) => contrast(label, card)))).toBeGreaterThan(3);
    expect(contrast(text, card)).toBeGreaterThan(7);
    expect(contrast(faint, card)).toBeGreaterThan(4.5);
  });
});

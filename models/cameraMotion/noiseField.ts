import type { Random } from './random';

/** Smooth random values around 0, of deviation about 1: octaves of value noise, the coarsest `scale` pixels wide. */
export function noiseField(
  width: number,
  height: number,
  scale: number,
  octaves: number,
  random: Random,
): Float32Array {
  const field = new Float32Array(width * height);
  let total = 0;
  for (let octave = 0, cell = scale, weight = 1; octave < octaves && cell >= 1.5; octave++, cell /= 2, weight *= 0.6) {
    addOctave(field, width, height, cell, weight, random);
    total += weight ** 2;
  }
  // A uniform number in [-1, 1], blended between four of its kind, deviates by about 0.4.
  const unit = 1 / (0.4 * Math.sqrt(total));
  for (let i = 0; i < field.length; i++) field[i] = (field[i] as number) * unit;
  return field;
}

function addOctave(
  field: Float32Array,
  width: number,
  height: number,
  cell: number,
  weight: number,
  random: Random,
): void {
  const columns = Math.ceil(width / cell) + 2;
  const rows = Math.ceil(height / cell) + 2;
  const lattice = Float32Array.from({ length: columns * rows }, () => (random() * 2 - 1) * weight);
  for (let y = 0, to = 0; y < height; y++) {
    const top = Math.floor(y / cell);
    const v = smooth(y / cell - top);
    for (let x = 0; x < width; x++, to++) {
      const left = Math.floor(x / cell);
      const u = smooth(x / cell - left);
      const a = top * columns + left;
      const b = a + columns;
      const upper = (lattice[a] as number) * (1 - u) + (lattice[a + 1] as number) * u;
      const lower = (lattice[b] as number) * (1 - u) + (lattice[b + 1] as number) * u;
      field[to] = (field[to] as number) + upper * (1 - v) + lower * v;
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

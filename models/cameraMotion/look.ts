import { chance, pick, type Random } from './random';

/** Another look for the same shapes: colours exchanged or removed, or the negative. */
export interface Look {
  /** Which channel becomes red, green and blue. */
  order: readonly [number, number, number];
  negative: boolean;
}

export const naturalLook: Look = { order: [0, 1, 2], negative: false };

export function randomLook(random: Random): Look {
  if (chance(random, 0.4)) return naturalLook;
  const order = pick(random, [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [1, 1, 1],
  ] as const);
  return { order, negative: chance(random, 0.12) };
}

/** Changes RGB values of 0…255 in place. */
export function applyLook(pixels: Float32Array, { order, negative }: Look): void {
  const [red, green, blue] = order;
  if (!negative && red === 0 && green === 1) return;
  const [offset, factor] = negative ? [255, -1] : [0, 1];
  for (let i = 0; i < pixels.length; i += 3) {
    const [a, b, c] = [pixels[i + red] as number, pixels[i + green] as number, pixels[i + blue] as number];
    pixels[i] = offset + factor * a;
    pixels[i + 1] = offset + factor * b;
    pixels[i + 2] = offset + factor * c;
  }
}

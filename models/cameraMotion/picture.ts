/** uint8 H×W×3, RGB. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A picture and its halves: level k is 2^k times smaller than level 0, averaged so that it can be sampled without aliasing. */
export type Pyramid = [Picture, ...Picture[]];

const smallestSide = 24;

export function pyramid(base: Picture): Pyramid {
  const levels: Pyramid = [base];
  for (let level = base; Math.min(level.width, level.height) >= 2 * smallestSide; ) {
    level = halved(level);
    levels.push(level);
  }
  return levels;
}

/** Every pixel is the mean of 2×2. */
function halved({ width, height, data }: Picture): Picture {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Uint8Array(w * h * 3);
  const row = width * 3;
  for (let y = 0, to = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = 2 * y * row + 6 * x;
      for (let c = 0; c < 3; c++, to++) {
        const at = from + c;
        const sum = byte(data, at) + byte(data, at + 3) + byte(data, at + row) + byte(data, at + row + 3);
        half[to] = (sum + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, data: half };
}

function byte(data: Uint8Array, at: number): number {
  return data[at] as number;
}

import type { Clip } from '../../dist';

/** Moving waves of random length, direction, speed and colour, and a little noise; the same for the same seed. */
export function noiseClip(seed: number, frames: number, height: number, width: number): Clip {
  const random = randomNumbers(seed);
  const waves = Array.from({ length: 6 }, () => ({
    along: (random() - 0.5) * 0.6,
    down: (random() - 0.5) * 0.6,
    speed: (random() - 0.5) * 2,
    phase: random() * 6.3,
    colour: [random() * 50, random() * 50, random() * 50],
  }));
  const data = new Uint8Array(frames * height * width * 3);
  let at = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const pixel = [128, 128, 128];
        for (const wave of waves) {
          const value = Math.sin(wave.along * x + wave.down * y + wave.speed * t + wave.phase);
          for (let c = 0; c < 3; c++) pixel[c] = (pixel[c] ?? 0) + value * (wave.colour[c] ?? 0);
        }
        for (const value of pixel) data[at++] = Math.min(255, Math.max(0, value + random() * 20));
      }
    }
  }
  return { data, frames, height, width };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

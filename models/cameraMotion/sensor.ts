import { clipSeconds } from './cameraPath';
import { chance, gaussian, type Random, uniform } from './random';

/** What lens, sensor and codec do to a frame, drawn once for a clip and applied frame by frame, in order. */
export type Sensor = (frame: Float32Array, seconds: number, out: Uint8Array) => void;

/** Leaves the pixels as they are. */
export const plainSensor: Sensor = (frame, _seconds, out) => {
  for (let i = 0; i < frame.length; i++) out[i] = Math.round(frame[i] as number);
};

const noiseLength = 1 << 15;
const noise = new Float32Array(noiseLength);
{
  // One table for all clips, read from a random place: normal numbers are slow to draw.
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < noiseLength; i++) noise[i] = gaussian(random);
}

/** Exposure ramps and flicker, contrast, tint, vignette, letterbox, noise, blocks and blocks that stay behind. */
export function randomSensor(width: number, height: number, random: Random): Sensor {
  // By little light a sensor shows little contrast, and much of its own noise.
  const isDark = chance(random, 0.2);
  const contrast = isDark ? uniform(random, 0.12, 0.5) : chance(random, 0.5) ? uniform(random, 0.5, 1.3) : 1;
  const brightness = isDark ? uniform(random, -110, -50) : chance(random, 0.5) ? uniform(random, -45, 45) : 0;
  const tint = [0, 1, 2].map(() => (chance(random, 0.4) ? uniform(random, 0.8, 1.2) : 1));
  const ramp = chance(random, 0.3) ? uniform(random, -0.35, 0.35) : 0;
  const flicker = chance(random, 0.3) ? uniform(random, 0, 0.12) : 0;
  const deviation = isDark ? uniform(random, 1, 9) : chance(random, 0.6) ? uniform(random, 0, 6) : 0;
  const quantum = chance(random, 0.3) ? uniform(random, 4, 28) : 0;
  const holdBelow = chance(random, 0.3) ? uniform(random, 1, 5) : 0;
  const mask = randomMask(width, height, random);
  let previous: Uint8Array | null = null;
  return (frame, seconds, out) => {
    const gain = contrast * (1 + ramp * (seconds / clipSeconds - 0.5) + flicker * gaussian(random));
    if (quantum > 0) flattenBlocks(frame, width, height, quantum);
    let at = Math.floor(random() * noiseLength);
    for (let i = 0; i < frame.length; i += 3) {
      const light = mask[i / 3] as number;
      const grain = light === 0 ? 0 : deviation;
      for (let c = 0; c < 3; c++) {
        at = (at + 1) & (noiseLength - 1);
        const exposed = ((frame[i + c] as number) - 128) * (tint[c] as number) * gain + 128 + brightness;
        const value = exposed * light + grain * (noise[at] as number);
        out[i + c] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
      }
    }
    if (holdBelow > 0 && previous !== null) holdBlocks(out, previous, width, height, holdBelow);
    previous = out;
  };
}

/** A factor per pixel: a vignette, black bars, or 1. */
function randomMask(width: number, height: number, random: Random): Float32Array {
  const mask = new Float32Array(width * height).fill(1);
  const vignette = chance(random, 0.25) ? uniform(random, 0.1, 0.6) : 0;
  const bars = chance(random, 0.06);
  const [barX, barY] =
    bars && chance(random, 0.5) ? [uniform(random, 0.05, 0.2), 0] : [0, bars ? uniform(random, 0.05, 0.15) : 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width - 0.5;
      const v = (y + 0.5) / height - 0.5;
      const barred = Math.abs(u) > 0.5 - barX || Math.abs(v) > 0.5 - barY;
      mask[y * width + x] = barred ? 0 : 1 - vignette * 2 * (u * u + v * v);
    }
  }
  return mask;
}

const blockSide = 8;

/** Coarse steps around each block's mean, as strong JPEG compression leaves them. */
function flattenBlocks(frame: Float32Array, width: number, height: number, quantum: number): void {
  for (let top = 0; top + blockSide <= height; top += blockSide) {
    for (let left = 0; left + blockSide <= width; left += blockSide) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        forBlock(width, left, top, (i) => {
          sum += frame[i + c] as number;
        });
        const mean = sum / blockSide ** 2;
        forBlock(width, left, top, (i) => {
          frame[i + c] = mean + Math.round(((frame[i + c] as number) - mean) / quantum) * quantum;
        });
      }
    }
  }
}

/** Blocks that hardly changed keep the pixels of the frame before, as video codecs skip them. */
function holdBlocks(out: Uint8Array, previous: Uint8Array, width: number, height: number, below: number): void {
  for (let top = 0; top + blockSide <= height; top += blockSide) {
    for (let left = 0; left + blockSide <= width; left += blockSide) {
      let difference = 0;
      forBlock(width, left, top, (i) => {
        difference += Math.abs((out[i + 1] as number) - (previous[i + 1] as number));
      });
      if (difference / blockSide ** 2 >= below) continue;
      forBlock(width, left, top, (i) => {
        for (let c = 0; c < 3; c++) out[i + c] = previous[i + c] as number;
      });
    }
  }
}

function forBlock(width: number, left: number, top: number, visit: (index: number) => void): void {
  for (let y = top; y < top + blockSide; y++) {
    for (let x = left; x < left + blockSide; x++) visit((y * width + x) * 3);
  }
}

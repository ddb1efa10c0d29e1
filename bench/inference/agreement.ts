/**
 * Whether a network's fast kernels give the classes that LibTorch's convolutions give: both run the same clips, which
 * are seeded noise of many scales in motion, and their logits are compared.
 *
 *   npm run build && npx tsx bench/inference/agreement.ts --model model.pt --clips 1000
 */
import { parseArgs } from 'node:util';
import { type Clip, loadModel } from '../../dist';

const { values } = parseArgs({
  options: { model: { type: 'string' }, clips: { type: 'string', default: '1000' } },
});
if (!values.model) throw new Error('expected --model and a TorchScript file');
const count = Number(values.clips);

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

/** Moving waves of random length, direction, speed and colour, and a little noise. */
function randomClip(seed: number, frames: number, height: number, width: number): Clip {
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

const best = (logits: Float32Array) => logits.indexOf(Math.max(...logits));

async function main(path: string) {
  const [fast, plain] = await Promise.all([loadModel(path), loadModel(path, { optimize: 'off' })]);
  const { frames, height, width } = fast.input;
  const classes = new Set<number>();
  let agreeing = 0;
  let largestError = 0;
  for (let i = 0; i < count; i++) {
    const clip = randomClip(i, frames, height, width);
    const expected = await plain.logits(clip);
    const found = await fast.logits(clip);
    const largest = Math.max(...expected.map(Math.abs));
    const error = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? 0)))) / largest;
    largestError = Math.max(largestError, error);
    if (best(found) === best(expected)) agreeing++;
    classes.add(best(expected));
  }
  console.log(
    `${agreeing} of ${count} clips have the same first class (${classes.size} classes occur); ` +
      `the logits differ by at most ${largestError.toExponential(1)} of the largest`,
  );
  await Promise.all([fast.dispose(), plain.dispose()]);
}

main(values.model);

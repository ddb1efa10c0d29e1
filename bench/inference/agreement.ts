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
if (!Number.isInteger(count) || count < 1) throw new Error(`expected --clips 1 or more but received ${values.clips}`);
// A network that fell back to LibTorch's convolutions says so in a warning, and would be compared with itself.
process.on('warning', (warning) => {
  throw warning;
});
/** Clips are classified one by one and in batches. */
const together = 4;

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
  const plain = await loadModel(path, { optimize: 'off' });
  const fast = await loadModel(path);
  const { frames, height, width } = fast.input;
  const classes = new Set<number>();
  let agreeing = 0;
  let largestError = 0;
  for (let first = 0; first < count; first += together) {
    const clips = Array.from({ length: Math.min(together, count - first) }, (_, i) =>
      randomClip(first + i, frames, height, width),
    );
    const alone = (first / together) % 2 === 0;
    const found: Float32Array[] = [];
    if (alone) for (const clip of clips) found.push(await fast.logits(clip));
    else found.push(...(await Promise.all(clips.map((clip) => fast.logits(clip)))));
    for (const [i, clip] of clips.entries()) {
      const expected = await plain.logits(clip);
      const logits = found[i] as Float32Array;
      const largest = Math.max(...expected.map(Math.abs));
      const error = Math.max(...logits.map((value, index) => Math.abs(value - (expected[index] ?? 0)))) / largest;
      largestError = Math.max(largestError, error);
      if (best(logits) === best(expected)) agreeing++;
      classes.add(best(expected));
    }
  }
  console.log(
    `${agreeing} of ${count} clips have the same first class (${classes.size} classes occur); ` +
      `the logits differ by at most ${largestError.toExponential(1)} of the largest`,
  );
  if (agreeing < count) process.exitCode = 1;
  await Promise.all([fast.dispose(), plain.dispose()]);
}

main(values.model);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clip, loadModel } from '../../lib';
import { deterministicTensor } from '../support/deterministic';

/** One case of scripts/fixtures/preprocess_reference.py. */
interface Case {
  name: string;
  frames: number;
  height: number;
  width: number;
  resize: [number, number] | [number];
  crop: [number, number];
  antialias: boolean;
  /** Base64 of uint8 T×H×W×3 after resize and crop. */
  cropped: string;
  /** Elements of the normalised 3×T×H×W. */
  output: { indices: number[]; values: number[] };
}

interface Reference {
  mean: [number, number, number];
  std: [number, number, number];
  cases: Case[];
}

const fixtures = join(__dirname, '..', 'fixtures');
const { mean, std, cases }: Reference = JSON.parse(readFileSync(join(fixtures, 'preprocess.json'), 'utf8'));

/** What the native preprocessing makes of the case's clip: `pixels.pt` gives its input back, 3×T×H×W. */
async function preprocess(example: Case, normalise: Pick<Reference, 'mean' | 'std'>): Promise<Float32Array> {
  const { frames, height, width, resize, crop, antialias } = example;
  const noise = deterministicTensor('frames', [frames * height * width * 3]);
  const clip: Clip = { data: Uint8Array.from(noise, (u) => (u + 1) * 128), frames, height, width };
  const labels = Array.from({ length: 3 * frames * crop[0] * crop[1] }, (_, index) => `${index}`);
  const input = { frames, height: crop[0], width: crop[1], frameRate: 15, resize, antialias, ...normalise };
  await using model = await loadModel(join(fixtures, 'models', 'pixels.pt'), {
    labels,
    input,
    device: 'cpu',
    precision: 'float32',
  });
  return model.logits(clip);
}

describe("preprocessing parity with torchvision's", () => {
  it.each(cases)(
    '$name, antialias $antialias',
    async (example) => {
      const levels = await preprocess(example, { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
      const expected = Buffer.from(example.cropped, 'base64');
      expect(levels).toHaveLength(expected.length);
      const plane = expected.length / 3;
      let wrong = 0;
      for (let i = 0; i < plane; i++) {
        for (let channel = 0; channel < 3; channel++) {
          const difference = Math.abs((levels[channel * plane + i] as number) - (expected[i * 3 + channel] as number));
          expect(difference).toBeLessThan(1.01);
          if (difference > 0.01) wrong++;
        }
      }
      // With antialias a value within rounding noise of a half may go either way, by one grey level.
      expect(wrong / expected.length).toBeLessThanOrEqual(example.antialias ? 0.005 : 0);

      const output = await preprocess(example, { mean, std });
      const level = 1 / 255 / Math.min(...std);
      const far = example.output.indices.filter(
        (index, i) => Math.abs((output[index] as number) - (example.output.values[i] as number)) > 1e-5,
      );
      expect(far.length).toBeLessThanOrEqual(1);
      example.output.indices.forEach((index, i) => {
        expect(Math.abs((output[index] as number) - (example.output.values[i] as number))).toBeLessThan(level * 1.01);
      });
    },
    120_000,
  );
});

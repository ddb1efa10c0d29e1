import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CreateModelOptions, createModel, loadModel } from '../../lib';
import { referenceClips } from '../support/referenceClips';
import { relativeError } from '../support/relativeError';
import { writeDeterministicWeights } from '../support/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';

interface Reference {
  /** [N, 3, T, H, W] */
  clipShape: number[];
  numClasses: number;
  cases: (Pick<CreateModelOptions, 'stream' | 'pool'> & {
    architecture: string;
    logits: number[][];
    stateDict: string[];
  })[];
}

const reference: Reference = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'frame_cnn.json'), 'utf8'));
const folder = temporaryFolder();
const onCpu = { device: 'cpu', precision: 'float32' } as const;

describe('2-D networks on video against their definition in NumPy', () => {
  it.each(reference.cases)('$architecture, $stream, $pool', async ({ architecture, stream, pool, ...expected }) => {
    const { numClasses, clipShape } = reference;
    const weights = join(folder, `${architecture}-${stream}-${pool}.safetensors`);
    writeDeterministicWeights(weights, expected.stateDict);
    const { input: normalised, clips } = referenceClips(clipShape);
    const { frames, height, width, resize } = normalised;
    // Differences are of values in 0…1, and the network normalises them itself.
    const input = stream === 'difference' ? { frames, height, width, resize, frameRate: 10 } : normalised;
    const archive = await createModel({ architecture, numClasses, weights, input, stream, pool });
    rmSync(weights);
    await using model = await loadModel(archive, onCpu);
    const logits = await Promise.all(clips.map((clip) => model.logits(clip)));
    expect(
      relativeError(
        logits.flatMap((row) => [...row]),
        expected.logits.flat(),
      ),
    ).toBeLessThan(1e-4);
  });
});

const published = process.env.KINETORCH_TEST_WEIGHTS;
if (!published)
  console.warn('SKIPPED: set KINETORCH_TEST_WEIGHTS to a folder with published weights (docs/cnn.md) to test them');
const withWeights = published ? describe : describe.skip;

/** Of a picture whose values are sin(0.001 i). */
const known = {
  mobilenet_v2: {
    file: 'mobilenet_v2-b0353104.pth',
    top: [
      [905, 12.7723],
      [904, 10.0776],
      [789, 8.685],
      [753, 8.1144],
      [811, 7.3417],
    ],
    first: [-3.9951, -1.0827, -4.9023, -7.2385],
    sum: 0.0694,
  },
  efficientnet_lite0: {
    file: 'efficientnet-lite0-57934424.pth',
    top: [
      [905, 7.0065],
      [811, 6.4268],
      [753, 6.3713],
      [754, 5.7503],
      [807, 5.1072],
    ],
    first: [],
    sum: -59.5687,
  },
} as const;

withWeights('published weights give what PyTorch gives', () => {
  it.each(Object.entries(known))('%s', async (architecture, { file, top, first, sum }) => {
    const weights = join(published as string, file);
    const input = { frames: 1, height: 224, width: 224 };
    await using model = await loadModel(await createModel({ architecture, numClasses: 1000, weights, input }), onCpu);
    const data = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(0.001 * i));
    const [logits = new Float32Array()] = await model.logits({ data, shape: [3, 1, 224, 224] });
    const order = Array.from(logits, (value, index) => [index, value] as const).sort((a, b) => b[1] - a[1]);
    for (const [place, [index, value]] of top.entries()) {
      expect(order[place]?.[0]).toBe(index);
      expect(order[place]?.[1]).toBeCloseTo(value, 3);
    }
    for (const [index, value] of first.entries()) expect(logits[index]).toBeCloseTo(value, 3);
    expect(logits.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 1);
  });
});

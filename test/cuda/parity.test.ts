import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import type { Precision } from '../../lib/model/options';
import type { VideoModel } from '../../lib/model/videoModel';
import { noiseClip, smallArchive } from '../support/models';
import { relativeError } from '../support/relativeError';
import { describeCuda, device } from './onCuda';

const { models }: { models: Record<string, unknown> } = JSON.parse(
  readFileSync(join(__dirname, '..', 'fixtures', 'reference_logits.json'), 'utf8'),
);
const architectures = Object.keys(models);

/** Of the largest logit. In float32 the sums are in another order; the other two have 11 and 8 bits. */
const tolerances: [Exclude<Precision, 'auto'>, number][] = [
  ['float32', 1e-3],
  ['float16', 2e-2],
  ['bfloat16', 1e-1],
];

/** Of several sizes and lengths: three clips, which a batch of four carries, and a fourth that is resized twice over. */
const clips = [
  noiseClip({ frames: 8, height: 80, width: 90, seed: 1 }),
  noiseClip({ frames: 11, height: 72, width: 96, seed: 2 }),
  noiseClip({ frames: 8, height: 64, width: 64, seed: 3 }),
];

const logitsOf = async (model: VideoModel) => {
  const rows = await Promise.all(clips.map((clip) => model.logits(clip)));
  return rows.flatMap((row) => [...row]);
};

describeCuda('CUDA agrees with the CPU in float32', () => {
  describe.each(architectures)('%s', (architecture) => {
    const input = { frames: 8, height: 64, width: 64, resize: [72, 96] as [number, number] };
    const batching = { maxBatchSize: 4, maxDelayMs: 50 };
    let archive: Awaited<ReturnType<typeof smallArchive>>;
    let expected: number[] = [];
    beforeAll(async () => {
      archive = await smallArchive({ architecture, input });
      await using model = await loadModel(archive, { device: 'cpu', precision: 'float32', optimize: 'off' });
      expected = await logitsOf(model);
    }, 240_000);

    test.each(tolerances)(
      'in %s',
      async (precision, tolerance) => {
        await using model = await loadModel(archive, { device, precision, batching });
        expect(model).toMatchObject({ device, precision });
        expect(relativeError(await logitsOf(model), expected)).toBeLessThan(tolerance);
      },
      240_000,
    );
  });

  test('with antialias, float clips and crops at the side', async () => {
    const archive = await smallArchive({
      input: { frames: 4, height: 32, width: 32, resize: [36, 48], antialias: true },
    });
    const bytes = noiseClip({ height: 90, width: 120 });
    const floats = { ...bytes, data: Float32Array.from(bytes.data, (value) => value / 255) };
    await using onCpu = await loadModel(archive, { device: 'cpu', precision: 'float32', optimize: 'off' });
    await using onCuda = await loadModel(archive, { device, precision: 'float32' });
    for (const clip of [bytes, floats]) {
      for (const x of [0, 0.5, 1]) {
        const options = { crop: { x, y: 0.25 } };
        const [found, expected] = [await onCuda.logits(clip, options), await onCpu.logits(clip, options)];
        expect(relativeError(found, expected)).toBeLessThan(2e-3);
      }
    }
  });

  test('in every output', async () => {
    const archive = await smallArchive();
    const clip = noiseClip();
    await using onCpu = await loadModel(archive, { device: 'cpu', precision: 'float32', optimize: 'off' });
    await using onCuda = await loadModel(archive, { device, precision: 'float32' });
    const embedding = await onCuda.embedClip(clip);
    expect(relativeError(embedding, await onCpu.embedClip(clip))).toBeLessThan(1e-3);
    expect(relativeError(await onCuda.probabilities(clip), await onCpu.probabilities(clip))).toBeLessThan(1e-3);
    const [{ predictions }, expected] = [await onCuda.classifyClip(clip), await onCpu.classifyClip(clip)];
    expect(predictions.map(({ label }) => label)).toEqual(expected.predictions.map(({ label }) => label));
  });
});

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clip, Tensor } from '../../lib/clip/types';
import type { ModelArchive } from '../../lib/model/createModel';
import { loadModel } from '../../lib/model/loadModel';
import { callNative, native } from '../../lib/native';
import { expectError, noiseClip, onCpu, smallArchive } from '../support/models';
import { nativeClip, quantize, quantizerOf } from '../support/quantize';
import { relativeError } from '../support/relativeError';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const clips = [1, 2, 3].map((seed) => noiseClip({ seed, frames: 6, height: 50, width: 60 }));

const valuesOf = (output: Float32Array | Tensor) => (output instanceof Float32Array ? output : output.data);

describe('the addon makes a model int8', () => {
  let archive: ModelArchive;
  beforeAll(async () => {
    archive = await smallArchive();
  });

  it('of a quarter of the size, which loads and gives nearly the same outputs', async () => {
    const path = join(folder, 'int8.pt');
    await quantize(archive, clips, path);
    expect(statSync(path).size).toBeLessThan(archive.bytes.length * 0.3);
    await using before = await loadModel(archive, onCpu);
    await using after = await loadModel(path, onCpu);
    expect(after.outputs).toEqual(before.outputs);
    expect(after.warnings).toEqual([]);
    const names = ['logits', 'embedding', 'features'] as const;
    const expected = await before.run(clips[0] as Clip, { outputs: [...names] });
    const found = await after.run(clips[0] as Clip, { outputs: [...names] });
    for (const name of names) {
      expect(relativeError(valuesOf(found[name]), valuesOf(expected[name]))).toBeLessThan(0.1);
      expect(found[name]).not.toEqual(expected[name]);
    }
  }, 60_000);

  it('in whose file is nothing but what computes', async () => {
    const path = join(folder, 'scanned.pt');
    await quantize(archive, clips.slice(0, 1), path);
    const file = await native().NativeModelFile.open(path, '');
    expect(await file.scan()).toEqual([]);
    file.close();
  }, 60_000);

  it('says which layers there are, simulates them, and gives their ranges', async () => {
    const quantizer = await quantizerOf(archive);
    const { layers } = quantizer;
    expect(layers[0]).toEqual({
      name: '3 to 24 in 1 1x5x5 1x2x2 0x2x2',
      multiplications: 4 * 16 * 16 * 24 * 75,
    });
    const all = new Uint8Array(layers.length).fill(1);
    const none = new Uint8Array(layers.length);
    const seen = clips.map(nativeClip);
    await expectError(
      callNative(() => quantizer.ranges()),
      'ERR_INVALID_ARGUMENT',
      'setMethod',
    );
    // In the order in which they were called.
    quantizer.observe(seen);
    quantizer.setMethod('percentile');
    const [plain, simulated, ranges] = await Promise.all([
      quantizer.logits(seen, none),
      quantizer.logits(seen, all),
      quantizer.ranges(),
    ]);
    await using model = await loadModel(archive, onCpu);
    const expected = await Promise.all(clips.map((clip) => model.logits(clip)));
    expect(
      relativeError(
        plain,
        expected.flatMap((row) => [...row]),
      ),
    ).toBeLessThan(1e-3);
    expect(relativeError(simulated, plain)).toBeLessThan(0.2);
    expect(simulated).not.toEqual(plain);
    expect(ranges).toHaveLength(layers.length);
    for (const { input, residual } of ranges) {
      expect(input[0]).toBeLessThanOrEqual(0);
      expect(input[1]).toBeGreaterThan(0);
      expect(residual === null || residual.length === 2).toBe(true);
    }
    await quantizer.dispose();
  }, 60_000);

  it('refuses flags of other layers, clips that are none, and calls once it is disposed of', async () => {
    const quantizer = await quantizerOf(archive);
    const clip = nativeClip(noiseClip());
    await quantizer.observe([clip]);
    await quantizer.setMethod('mse');
    await expectError(
      callNative(() => quantizer.logits([clip], new Uint8Array(3))),
      'ERR_INVALID_ARGUMENT',
      'received 3',
    );
    await expectError(
      callNative(() => quantizer.observe([{ ...clip, frames: 5 }])),
      'ERR_CLIP_SHAPE',
    );
    const all = new Uint8Array(quantizer.layers.length);
    await expectError(
      callNative(() => quantizer.save(join(folder, 'no', 'folder.pt'), all, '{}')),
      'ERR_FILE_ACCESS',
    );
    await quantizer.dispose();
    await quantizer.dispose();
    await expectError(
      callNative(() => quantizer.ranges()),
      'ERR_DISPOSED',
      'quantiser',
    );
  }, 60_000);
});

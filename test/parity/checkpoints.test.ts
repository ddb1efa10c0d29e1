import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createModel, loadModel, type ModelSource } from '../../lib';
import { relativeError } from '../support/relativeError';
import { temporaryFolder } from '../support/temporaryFolder';

const python = process.env.KINETORCH_TEST_PYTHON;
if (!python) console.warn('SKIPPED: set KINETORCH_TEST_PYTHON to a Python with torch to test checkpoints from Python');
const withPython = python ? test : test.skip;

const folder = temporaryFolder();
const network = {
  architecture: 'r2plus1d_dw',
  numClasses: 3,
  input: { frames: 4, height: 32, width: 32, resize: [32, 32] as [number, number] },
};

async function logitsOf(source: ModelSource): Promise<number[]> {
  await using model = await loadModel(source, { device: 'cpu', threads: 1, tuning: { timeMs: 0, folder: null } });
  const clip = {
    data: Uint8Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => (i * 7) % 251),
    frames: 4,
    height: 32,
    width: 32,
  };
  return [...(await model.logits(clip))];
}

withPython(
  'weights are found in checkpoints of every sort',
  async () => {
    const original = await createModel({ ...network, seed: 5 });
    await original.save(join(folder, 'model.pt'));
    const script = join(__dirname, '..', '..', 'scripts', 'fixtures', 'wrap_checkpoints.py');
    execFileSync(python as string, ['-B', script, join(folder, 'model.pt'), folder]);
    const expected = await logitsOf(original);
    const files = readdirSync(folder).filter((name) => name.endsWith('.pth'));
    expect(files.length).toBeGreaterThan(25);
    for (const file of files) {
      const found = await logitsOf(await createModel({ ...network, seed: 6, weights: join(folder, file) }));
      expect([file, relativeError(found, expected) < 1e-6]).toEqual([file, true]);
    }
  },
  240_000,
);

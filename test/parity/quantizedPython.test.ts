import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createModel, loadModel } from '../../lib';
import { quantize } from '../support/quantize';
import { referenceClips } from '../support/referenceClips';
import { relativeError } from '../support/relativeError';
import { temporaryFolder } from '../support/temporaryFolder';

const python = process.env.KINETORCH_TEST_PYTHON;
if (!python) console.warn('SKIPPED: set KINETORCH_TEST_PYTHON to a Python with torch to open int8 models in Python');
const folder = temporaryFolder();
const shape = [2, 3, 8, 56, 56];

(python ? it : it.skip)(
  'torch.jit.load opens a model with int8 weights and gives the logits that Kinetorch gives in float32',
  async () => {
    const { input, clips } = referenceClips(shape);
    const archive = await createModel({ architecture: 'ir_csn_26', numClasses: 7, input, seed: 3 });
    const path = join(folder, 'int8.pt');
    await quantize(archive, clips, path);
    const script = join(__dirname, '..', '..', 'scripts', 'fixtures', 'check_in_python.py');
    const report = JSON.parse(
      execFileSync(python as string, ['-B', script, path, shape.join(',')], { encoding: 'utf8' }),
    );
    await using model = await loadModel(path, { device: 'cpu', precision: 'float32' });
    const rows = await Promise.all(clips.map((clip) => model.logits(clip)));
    expect(
      relativeError(
        rows.flatMap((row) => [...row]),
        report.logits.flat(),
      ),
    ).toBeLessThan(1e-4);
    expect(JSON.parse(report.kinetorchJson)).toEqual(archive.metadata);
  },
  240_000,
);

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createModel, loadModel, type ModelArchive } from '../../lib';
import { referenceClips } from '../support/referenceClips';
import { relativeError } from '../support/relativeError';

/** What scripts/fixtures/check_in_python.py prints. */
interface PythonReport {
  logits: number[][];
  stateDict: string[];
  kinetorchJson: string;
}

const python = process.env.KINETORCH_TEST_PYTHON;
if (!python) console.warn('SKIPPED: set KINETORCH_TEST_PYTHON to a Python with torch to test the exchange with Python');
const withPython = python ? describe : describe.skip;

const architecture = 'ir_csn_26';
const shape = [2, 3, 8, 56, 56];

withPython('exchange with Python', () => {
  let folder = '';
  let archive: ModelArchive;
  let report: PythonReport;
  const { input, clips } = referenceClips(shape);

  const logitsOf = async (source: ModelArchive) => {
    await using model = await loadModel(source, { device: 'cpu', precision: 'float32' });
    const rows = await Promise.all(clips.map((clip) => model.logits(clip)));
    return rows.flatMap((row) => [...row]);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kinetorch-python-'));
    archive = await createModel({ architecture, numClasses: 7, input, seed: 3 });
    await archive.save(join(folder, 'model.pt'));
    const script = join(__dirname, '..', '..', 'scripts', 'fixtures', 'check_in_python.py');
    const files = [join(folder, 'model.pt'), shape.join(','), join(folder, 'weights.pth')];
    report = JSON.parse(execFileSync(python as string, ['-B', script, ...files], { encoding: 'utf8' }));
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('torch.jit.load opens a model made here, with the published state-dict keys and kinetorch.json', () => {
    const fixture = join(__dirname, '..', 'fixtures', 'state_dicts.json.gz');
    const expected = JSON.parse(gunzipSync(readFileSync(fixture)).toString())[architecture];
    expect(report.stateDict).toEqual(expected);
    expect(JSON.parse(report.kinetorchJson)).toEqual(archive.metadata);
  });

  it('gives the same logits there', async () => {
    expect(relativeError(await logitsOf(archive), report.logits.flat())).toBeLessThan(1e-4);
  }, 240_000);

  it('a .pth that Python saved loads here and gives the same logits again', async () => {
    const weights = join(folder, 'weights.pth');
    const copy = await createModel({ architecture, numClasses: 7, input, seed: 4, weights });
    expect(relativeError(await logitsOf(copy), report.logits.flat())).toBeLessThan(1e-4);
  }, 240_000);
});

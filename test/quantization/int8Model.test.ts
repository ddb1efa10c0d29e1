import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import { quantizeModel } from '../../lib/quantization/quantizeModel';
import { expectError } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const root = join(__dirname, '..', '..');
const model = join(root, 'models', 'camera-motion.pt');
const media = join(root, 'examples', 'media');
const outFile = join(folder, 'int8.pt');

beforeAll(async () => {
  await quantizeModel(model, media, { outFile, clips: 12, threads: 1, method: 'min-max', minAgreement: 0 });
}, 120_000);

test('a quantised file runs in int8 on a CPU, and says the same of a video', async () => {
  const labelsBy = async (path: string, precision: 'auto' | 'int8' | 'float32') => {
    await using loaded = await loadModel(path, { device: 'cpu', precision });
    const { segments } = await loaded.classifyVideo(join(media, 'camera-moves.mp4'));
    return [loaded.precision, ...segments.map(({ predictions }) => predictions[0]?.label)];
  };
  const [, ...labels] = await labelsBy(model, 'auto');
  expect(new Set(labels).size).toBe(10);
  expect(await labelsBy(outFile, 'auto')).toEqual(['int8', ...labels]);
  expect(await labelsBy(outFile, 'int8')).toEqual(['int8', ...labels]);
  expect(await labelsBy(outFile, 'float32')).toEqual(['float32', ...labels]);
}, 60_000);

test('int8 that was asked for and cannot be is an error, not float32', async () => {
  const message = "but none does: `optimize` is 'off'";
  await expectError(() => loadModel(outFile, { precision: 'int8', optimize: 'off' }), 'ERR_UNSUPPORTED', message);
});

test('runs in a locked process too', async () => {
  await using loaded = await loadModel(outFile, { isolate: true, precision: 'int8' });
  expect(loaded.precision).toBe('int8');
}, 60_000);

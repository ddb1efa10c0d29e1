/** Learning from real video: words on the lips of speakers whom the network never saw. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../../lib/evaluation/evaluate';
import { train } from '../../lib/training/train';

const lipWords = join(__dirname, '..', '..', '..', 'shared', 'data', 'lip-words');
const words = ['choose', 'navigation', 'previous', 'start', 'web'];

test('learns words from ten speakers and reads them from the lips of two others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-real-'));
  try {
    // Of the data's own splits, `val` is two speakers; `test` is not for tests of the software.
    const [header, ...rows] = (await readFile(join(lipWords, 'manifest.csv'), 'utf8')).trim().split('\n');
    const chosen = rows
      .map((row) => row.split(','))
      .filter(([, label, , split]) => words.includes(label as string) && split !== 'test')
      .map(([path, ...rest]) => [join(lipWords, path as string), ...rest].join(','));
    const data = join(folder, 'words.csv');
    await writeFile(data, [header, ...chosen].join('\n'));
    const { modelPath } = await train({
      architecture: 'r2plus1d_16',
      data,
      outDir: join(folder, 'run'),
      epochs: 8,
      batchSize: 16,
      learningRate: 0.002,
      ema: 0.97,
      input: { frames: 8, height: 32, width: 44, resize: [40, 56], sampling: 'segment' },
      augment: { cropArea: [0.6, 1], cropAspect: [0.85, 1.18] },
      device: 'cpu',
      threads: 1,
      seed: 1,
    });
    const { metrics } = await evaluate(modelPath, data, { split: 'validation', clips: 3, device: 'cpu' });
    // Chance is 0.2; it was 0.70 when this was written.
    expect(metrics.video).toMatchObject({ count: 100, top1: expect.any(Number) });
    expect((metrics.video as { top1: number }).top1).toBeGreaterThanOrEqual(0.5);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 300_000);

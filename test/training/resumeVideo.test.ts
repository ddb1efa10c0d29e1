/** Resuming to the bit with everything real: files decoded, a cache on disk, two threads. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import { abortWhen } from '../support/smallRun';

const lipWords = join(__dirname, '..', '..', '..', 'shared', 'data', 'lip-words');

test('a run over files goes on within an epoch and ends with the bits of the undisturbed run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-resume-'));
  try {
    const [header, ...rows] = (await readFile(join(lipWords, 'manifest.csv'), 'utf8')).trim().split('\n');
    const chosen = ['train', 'val'].flatMap((split) => {
      const own = rows.map((row) => row.split(',')).filter((row) => row[3] === split);
      return ['start', 'web'].flatMap((word) =>
        own.filter((row) => row[1] === word).slice(0, split === 'train' ? 2 : 1),
      );
    });
    const data = join(folder, 'words.csv');
    const lines = chosen.map(([path, ...rest]) => [join(lipWords, path as string), ...rest].join(','));
    await writeFile(data, [header, ...lines].join('\n'));
    const optionsFor = (name: string): TrainOptions => ({
      architecture: 'r2plus1d_dw',
      data,
      outDir: join(folder, name),
      epochs: 2,
      batchSize: 2,
      ema: 0.9,
      input: { frames: 4, height: 32, width: 44, resize: [40, 56] },
      augment: { cropArea: [0.6, 1], speed: [0.8, 1.25], brightness: 0.2 },
      cache: { where: 'disk', folder: join(folder, `${name}-cache`) },
      device: 'cpu',
      threads: 2,
    });
    const whole = await train(optionsFor('whole'));
    const aborted = train(
      optionsFor('cut'),
      abortWhen((event) => event.type === 'step' && event.step === 3),
    );
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const resumed = await train({ ...optionsFor('cut'), resume: true });
    expect(await readFile(resumed.modelPath)).toEqual(await readFile(whole.modelPath));
    expect(await readFile(resumed.lastModelPath)).toEqual(await readFile(whole.lastModelPath));
  } finally {
    await rm(folder, { recursive: true });
  }
}, 240_000);

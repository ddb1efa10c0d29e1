/** Metrics of an epoch that ran in two processes are those of both. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClipDataset } from '../../lib/dataset/types';
import { train } from '../../lib/training/train';
import { abortWhen, metricsOf, noise, smallRun } from '../support/smallRun';

jest.setTimeout(240_000);

let outDir: string;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'kinetorch-epoch-'));
});
afterEach(() => rm(outDir, { recursive: true }));

/** Clips that take this long to load. */
const slow = (length: number, milliseconds: number): ClipDataset => {
  const { clip } = noise(length);
  return noise(length, { clip: (index, request) => sleep(milliseconds).then(() => clip(index, request)) });
};

test('time and waiting before an abort within the epoch count', async () => {
  const data = { train: slow(8, 100) };
  const options = smallRun(outDir, { data, epochs: 1, decoders: 1 });
  const aborted = train(
    options,
    abortWhen((event) => event.type === 'step' && event.step === 3),
  );
  await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await train({ ...options, data: { train: noise(8) }, resume: true });

  const [epoch] = await metricsOf(outDir);
  if (!epoch) throw new Error('no metrics');
  const { train: training, clipsPerSecond, dataWaitSeconds, seconds } = epoch;
  // The clips of three steps took 0.6 s, less what was loaded while the network was busy.
  expect(dataWaitSeconds).toBeGreaterThan(0.2);
  expect(training.clips / clipsPerSecond).toBeGreaterThan(dataWaitSeconds);
  expect(seconds).toBeGreaterThanOrEqual(training.clips / clipsPerSecond);
});

test('an abort while the clips are validated does not take the training part with it', async () => {
  const controller = new AbortController();
  const validation = noise(4, {
    clip: async () => {
      controller.abort();
      throw new Error('aborted');
    },
  });
  const options = smallRun(outDir, { epochs: 1, data: { train: noise(8), validation: noise(4) } });
  const aborted = train({ ...options, data: { train: noise(8), validation } }, { signal: controller.signal });
  await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await train({ ...options, resume: true });

  const [epoch] = await metricsOf(outDir);
  expect(epoch).toMatchObject({ step: 4, train: { clips: 8 }, validation: { clips: 4 } });
  expect(epoch?.clipsPerSecond).toBeGreaterThan(0);
  expect(epoch?.seconds).toBeGreaterThan(8 / (epoch?.clipsPerSecond ?? 0));
});

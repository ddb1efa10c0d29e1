import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../../lib/native';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import type { TrainEvent } from '../../lib/training/types';
import { abortWhen, metricsOf, noise, smallRun } from '../support/smallRun';

const testOnCuda = native().runtimeInfo().cudaDevices.length > 0 ? test : test.skip;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-cuda-training-'));
});
afterEach(() => rm(folder, { recursive: true }));

const optionsFor = (change: Partial<TrainOptions> = {}) =>
  smallRun(join(folder, 'run'), {
    data: { train: noise(32), validation: noise(16) },
    batchSize: 8,
    epochs: 6,
    device: 'cuda',
    ...change,
  });

testOnCuda('learns on a GPU, in bfloat16 by default', async () => {
  const events: TrainEvent[] = [];
  const result = await train(optionsFor(), { onProgress: (event) => void events.push(event) });
  expect(events[0]).toMatchObject({ type: 'start', device: 'cuda:0' });
  const metrics = await metricsOf(join(folder, 'run'));
  expect(metrics.at(-1)?.train.loss).toBeLessThan(metrics[0]?.train.loss as number);
  expect(result.validation?.top1).toBeGreaterThan(0.8);
});

testOnCuda('a run begun on a GPU goes on on a CPU', async () => {
  const isSecondEpoch = (event: TrainEvent) => event.type === 'step' && event.epoch === 2;
  await expect(train(optionsFor(), abortWhen(isSecondEpoch))).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  const warnings: string[] = [];
  await train(optionsFor({ device: 'cpu', resume: true }), {
    onProgress: (event) => void (event.type === 'warning' && warnings.push(event.message)),
  });
  expect(warnings).toContainEqual(expect.stringContaining('device was cuda'));
  expect(await metricsOf(join(folder, 'run'))).toHaveLength(6);
});

import { getEventListeners } from 'node:events';
import { KinetorchError } from '../../lib/base/errors';
import type { ModelArchive } from '../../lib/model/createModel';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, noiseClip, onCpu, slowArchive } from '../support/models';

const clip = noiseClip({ frames: 8, height: 64, width: 64 });

let archive: ModelArchive;
let model: VideoModel;
beforeAll(async () => {
  archive = await slowArchive();
});
beforeEach(async () => {
  model = await loadModel(archive, { ...onCpu, batching: { maxBatchSize: 1 } });
});
afterEach(() => model.dispose());

/** Starts a call and waits until it runs. */
async function busy(signal?: AbortSignal): Promise<{ call: Promise<unknown> }> {
  const call = model.classifyClip(clip, { signal });
  while (model.stats().running === 0) await new Promise(setImmediate);
  return { call };
}

test('aborted before the call: nothing is queued', async () => {
  const reason = new Error('changed my mind');
  const call = model.classifyClip(clip, { signal: AbortSignal.abort(reason) });
  const error = await call.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KinetorchError);
  expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: reason });
  expect(model.stats().requests).toBe(0);
});

test('aborted while queued: dropped at once, and never run', async () => {
  const { call: first } = await busy();
  const controller = new AbortController();
  const queued = model.classifyClip(clip, { signal: controller.signal });
  const behind = model.classifyClip(clip);
  expect(model.stats().queued).toBe(2);
  controller.abort();
  await expectError(queued, 'ERR_ABORTED', 'AbortSignal');
  expect(model.stats()).toMatchObject({ queued: 1, running: 1, cancelled: 1 });
  await Promise.all([first, behind]);
  expect(model.stats()).toMatchObject({ requests: 3, completed: 2, cancelled: 1, batches: 2 });
});

test('aborted while it runs: rejects at once, the pass is finished and thrown away', async () => {
  const controller = new AbortController();
  const { call: running } = await busy(controller.signal);
  controller.abort();
  await expectError(running, 'ERR_ABORTED');
  expect(model.stats().running).toBe(1);
  await model.classifyClip(clip);
  expect(model.stats()).toMatchObject({ requests: 2, completed: 2, cancelled: 0 });
});

test('aborted after it is done: nothing happens, and no listener is left on the signal', async () => {
  const controller = new AbortController();
  await model.classifyClip(clip, { signal: controller.signal, timeoutMs: 60_000 });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  controller.abort();
  await expect(model.classifyClip(clip)).resolves.toBeDefined();
});

test('timeoutMs strikes a queued and a running call', async () => {
  const running = model.classifyClip(clip, { timeoutMs: 1 });
  const queued = model.logits(clip, { timeoutMs: 0 });
  await expectError(running, 'ERR_TIMEOUT', 'within 1 ms');
  await expectError(queued, 'ERR_TIMEOUT', 'within 0 ms');
  await expect(model.classifyClip(clip, { timeoutMs: 60_000 })).resolves.toBeDefined();
});

test('one signal for many calls', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const controller = new AbortController();
  const calls = Array.from({ length: 20 }, () => model.classifyClip(clip, { signal: controller.signal }));
  controller.abort();
  const outcomes = await Promise.allSettled(calls);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_ABORTED' } });
  expect(model.stats().queued).toBe(0);
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

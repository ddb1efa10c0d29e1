import { loadModel } from '../../lib/model/loadModel';
import { expectError, noiseClip, onCpu, slowArchive, smallArchive } from '../support/models';

const clip = noiseClip();

test('every method of a disposed model says so', async () => {
  const model = await loadModel(await smallArchive(), onCpu);
  await model.classifyClip(clip);
  await model.dispose();
  for (const method of ['classifyClip', 'logits', 'probabilities', 'embedClip'] as const) {
    await expectError(model[method](clip), 'ERR_DISPOSED', 'expected a model in use');
  }
  await expectError(model.classifyVideo('x.mp4'), 'ERR_DISPOSED');
  await expectError(model.classifyStream('x.mp4').next(), 'ERR_DISPOSED');
  // What was counted stays readable.
  expect(model.stats()).toMatchObject({ requests: 1, completed: 1, queued: 0, running: 0 });
  expect(model.device).toBe('cpu');
});

test('dispose may be called again, and at the same time', async () => {
  const model = await loadModel(await smallArchive(), onCpu);
  await Promise.all([model.dispose(), model.dispose(), model.dispose()]);
  await model.dispose();
  await model[Symbol.asyncDispose]();
});

test('dispose waits for the calls accepted before it: all of them settle', async () => {
  const batching = { maxBatchSize: 4, maxDelayMs: 30_000 };
  const model = await loadModel(await smallArchive(), { ...onCpu, batching });
  const calls = Array.from({ length: 21 }, () => model.classifyClip(clip));
  let settled = 0;
  for (const call of calls) void call.finally(() => settled++);
  const disposed = model.dispose();
  await expectError(model.classifyClip(clip), 'ERR_DISPOSED');
  await disposed;
  expect(settled).toBe(21);
  await expect(Promise.all(calls)).resolves.toHaveLength(21);
  expect(model.stats()).toMatchObject({ requests: 21, completed: 21 });
});

test('an abort still reaches a call that waits for a model being disposed of', async () => {
  const model = await loadModel(await slowArchive(), { ...onCpu, batching: { maxBatchSize: 1 } });
  const controller = new AbortController();
  const slow = noiseClip({ frames: 8, height: 64, width: 64 });
  const calls = [model.classifyClip(slow), model.classifyClip(slow, { signal: controller.signal })];
  const disposed = model.dispose();
  controller.abort();
  await expectError(calls[1] as Promise<unknown>, 'ERR_ABORTED');
  await Promise.all([calls[0], disposed]);
});

test('await using disposes', async () => {
  let kept: Awaited<ReturnType<typeof loadModel>>;
  {
    await using model = await loadModel(await smallArchive(), onCpu);
    kept = model;
  }
  await expectError(kept.classifyClip(clip), 'ERR_DISPOSED');
});

test('other models go on', async () => {
  const archive = await smallArchive();
  const [first, second] = await Promise.all([loadModel(archive, onCpu), loadModel(archive, onCpu)]);
  const calls = Array.from({ length: 10 }, () => second.classifyClip(clip));
  await first.dispose();
  await expect(Promise.all(calls)).resolves.toHaveLength(10);
  await second.dispose();
});

import { loadModel } from '../../lib/model/loadModel';
import { expectError, noiseClip, slowArchive, smallArchive } from '../support/models';
import { relativeError } from '../support/relativeError';
import { cudaDevices, describeCuda, device } from './onCuda';

/** Of one size of bytes, of another, and floats. */
const clips = Array.from({ length: 16 }, (_, seed) => {
  const clip = noiseClip({ seed: seed + 1, height: seed % 3 === 0 ? 40 : 52, width: 60 });
  return seed % 5 === 4 ? { ...clip, data: Float32Array.from(clip.data, (value) => value / 255) } : clip;
});

describeCuda('serving on CUDA', () => {
  test('256 calls at once get what they would have got alone', async () => {
    const batching = { maxBatchSize: 16, maxQueue: 256 };
    await using model = await loadModel(await smallArchive(), { device, precision: 'float32', batching });
    const alone: Float32Array[] = [];
    for (const clip of clips) alone.push(await model.logits(clip));
    const calls = Array.from({ length: 256 }, (_, i) => model.logits(clips[i % 16] as (typeof clips)[number]));
    for (const [i, logits] of (await Promise.all(calls)).entries()) {
      expect(relativeError(logits, alone[i % 16] as Float32Array)).toBeLessThan(1e-3);
    }
    expect(model.stats()).toMatchObject({ requests: 272, completed: 272, failed: 0, queued: 0, running: 0 });
    expect(model.stats().batches).toBeLessThan(16 + 256);
  });

  test('a bad clip fails alone', async () => {
    await using model = await loadModel(await smallArchive(), { device, batching: { maxDelayMs: 50 } });
    const bad = { ...noiseClip(), data: new Float32Array(4 * 40 * 56 * 3).fill(Number.NaN) };
    const [first, , last] = await Promise.allSettled([noiseClip(), bad, noiseClip()].map((clip) => model.logits(clip)));
    await expectError(model.logits(bad), 'ERR_CLIP_DATA');
    expect([first?.status, last?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(model.stats()).toMatchObject({ completed: 2, failed: 2 });
  });

  test('what waits can be cancelled, and what runs is finished', async () => {
    const batching = { maxBatchSize: 1, maxQueue: 256 };
    await using model = await loadModel(await slowArchive(), { device, batching });
    const abort = new AbortController();
    const clip = noiseClip({ frames: 8, height: 64, width: 64 });
    const kept = Array.from({ length: 64 }, () => model.logits(clip));
    const dropped = Array.from({ length: 64 }, () => model.logits(clip, { signal: abort.signal }));
    abort.abort();
    for (const call of dropped) await expectError(call, 'ERR_ABORTED');
    await Promise.all(kept);
    const { requests, completed, cancelled, queued, running } = model.stats();
    expect({ requests, queued, running }).toEqual({ requests: 128, queued: 0, running: 0 });
    expect(completed + cancelled).toBe(128);
    expect(cancelled).toBeGreaterThan(0);
  });

  test('two models at once, of two precisions', async () => {
    const batching = { maxBatchSize: 4 };
    await using exact = await loadModel(await smallArchive(), { device, precision: 'float32', batching });
    await using fast = await loadModel(await smallArchive({ seed: 4 }), { device, precision: 'float16', batching });
    const clip = noiseClip();
    const [ofExact, ofFast] = [await exact.logits(clip), await fast.logits(clip)];
    const calls = Array.from({ length: 64 }, async () => {
      expect(relativeError(await exact.logits(clip), ofExact)).toBeLessThan(1e-3);
      expect(relativeError(await fast.logits(clip), ofFast)).toBeLessThan(2e-2);
    });
    await Promise.all(calls);
  });

  test('a model that is disposed of finishes what it accepted', async () => {
    const model = await loadModel(await smallArchive(), { device });
    const calls = clips.map((clip) => model.logits(clip));
    await model.dispose();
    await Promise.all(calls);
    await expectError(model.logits(noiseClip()), 'ERR_DISPOSED');
  });

  test("'cuda:*' has the network on every device", async () => {
    await using model = await loadModel(await smallArchive(), { device: 'cuda:*', precision: 'float32' });
    expect(model.devices).toEqual(cudaDevices);
    expect(model.device).toBe(cudaDevices.join(', '));
    await using single = await loadModel(await smallArchive(), { device, precision: 'float32' });
    const expected = await single.logits(noiseClip());
    const calls = Array.from({ length: 64 }, () => model.logits(noiseClip()));
    for (const logits of await Promise.all(calls)) expect(relativeError(logits, expected)).toBeLessThan(1e-3);
  });

  test('an index beyond the last device', async () => {
    const beyond = `cuda:${cudaDevices.length}` as const;
    await expectError(
      loadModel(await smallArchive(), { device: beyond }),
      'ERR_DEVICE',
      `below ${cudaDevices.length}`,
      `received "${beyond}"`,
    );
  });
});

import { loadModel } from '../../lib/model/loadModel';
import { expectError, maxDifference, noiseClip, onCpu, slowArchive, smallArchive } from '../support/models';

const clips = Array.from({ length: 12 }, (_, seed) => noiseClip({ seed: seed + 1, height: 40 + seed, width: 60 }));

test('calls made at the same time share batches and get what they would have got alone', async () => {
  const batching = { maxBatchSize: 8, maxDelayMs: 50 };
  await using model = await loadModel(await smallArchive(), { ...onCpu, batching });
  const alone: Float32Array[] = [];
  for (const clip of clips) alone.push(await model.logits(clip));
  const before = model.stats();
  expect(before).toMatchObject({ requests: 12, completed: 12, batches: 12, meanBatchSize: 1 });

  const together = await Promise.all(clips.map((clip) => model.logits(clip)));
  for (const [index, logits] of together.entries()) {
    expect(maxDifference(logits, alone[index] as Float32Array)).toBeLessThan(1e-5);
    // And not another clip's.
    expect(maxDifference(logits, alone[(index + 1) % 12] as Float32Array)).toBeGreaterThan(1e-4);
  }
  expect(model.stats()).toMatchObject({ requests: 24, completed: 24, failed: 0, cancelled: 0, batches: 14 });

  const { timing } = (await Promise.all(clips.slice(0, 8).map((clip) => model.classifyClip(clip))))[3] as {
    timing: { batchSize: number };
  };
  expect(timing.batchSize).toBe(8);
});

test('a batch never holds more than maxBatchSize', async () => {
  const batching = { maxBatchSize: 3, maxDelayMs: 20 };
  await using model = await loadModel(await smallArchive(), { ...onCpu, batching });
  const results = await Promise.all(clips.map((clip) => model.classifyClip(clip)));
  expect(Math.max(...results.map(({ timing }) => timing.batchSize))).toBe(3);
});

test('embeddings and logits asked for at the same time share batches', async () => {
  await using model = await loadModel(await smallArchive(), { ...onCpu, batching: { maxDelayMs: 20 } });
  const alone = [
    await model.logits(noiseClip({ seed: 1, height: 40, width: 60 })),
    await model.embedClip(noiseClip({ seed: 2, height: 41, width: 60 })),
  ];
  const mixed = await Promise.all(
    clips.map((clip, index) => (index % 2 === 0 ? model.logits(clip) : model.embedClip(clip))),
  );
  expect(maxDifference(mixed[0] as Float32Array, alone[0] as Float32Array)).toBeLessThan(1e-5);
  expect(maxDifference(mixed[1] as Float32Array, alone[1] as Float32Array)).toBeLessThan(1e-5);
  // Two alone, and twelve in two batches of up to eight.
  expect(model.stats().batches).toBe(4);
});

test('a waiting call does not wait out its delay once its batch is full, whatever the others want', async () => {
  const batching = { maxBatchSize: 2, maxDelayMs: 30_000 };
  await using model = await loadModel(await smallArchive(), { ...onCpu, batching });
  const began = performance.now();
  const first = model.logits(noiseClip());
  const second = model.embedClip(noiseClip());
  await first;
  expect(performance.now() - began).toBeLessThan(10_000);
  await Promise.all([model.dispose(), second]);
});

test('a full queue refuses, and takes calls again once it has drained', async () => {
  const batching = { maxBatchSize: 1, maxQueue: 2 };
  await using model = await loadModel(await slowArchive(), { ...onCpu, batching });
  const clip = noiseClip({ frames: 8, height: 64, width: 64 });
  const running = model.classifyClip(clip);
  while (model.stats().running === 0) await new Promise(setImmediate);
  const queued = [model.classifyClip(clip), model.classifyClip(clip)];
  expect(model.stats()).toMatchObject({ queued: 2, running: 1 });
  await expectError(model.classifyClip(clip), 'ERR_QUEUE_FULL', 'at most 2', 'maxQueue');
  await Promise.all([running, ...queued]);
  await model.classifyClip(clip);
  expect(model.stats()).toMatchObject({ requests: 4, completed: 4, queued: 0, running: 0 });
});

const bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];
const emptyHistogram = { bounds, counts: new Array(bounds.length + 1).fill(0), sum: 0, count: 0 };

test('the statistics add up', async () => {
  await using model = await loadModel(await smallArchive(), onCpu);
  expect(model.stats()).toEqual({
    requests: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    batches: 0,
    queued: 0,
    running: 0,
    meanBatchSize: 0,
    meanQueueMs: 0,
    videos: { waiting: 0, running: 0, completed: 0, failed: 0, cancelled: 0, refused: 0, decoders: 0 },
    maxQueueMs: 0,
    meanRunMs: 0,
    maxRunMs: 0,
    queueTimes: emptyHistogram,
    runTimes: emptyHistogram,
    preprocessTimes: emptyHistogram,
  });
  const bad = { ...noiseClip(), data: new Float32Array(4 * 40 * 56 * 3).fill(Number.NaN) };
  const outcomes = await Promise.allSettled([...clips, bad].map((clip) => model.classifyClip(clip)));
  const stats = model.stats();
  expect(stats).toMatchObject({ requests: 13, completed: 12, failed: 1, cancelled: 0, queued: 0, running: 0 });
  const timings = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.timing] : []));
  const shares = timings.reduce((sum, { batchSize }) => sum + 1 / batchSize, 0);
  expect(stats.batches).toBeGreaterThanOrEqual(Math.floor(shares));
  expect(stats.meanBatchSize).toBeCloseTo(13 / stats.batches, 6);
  expect(stats.maxRunMs).toBeCloseTo(Math.max(...timings.map(({ runMs }) => runMs)), 3);
  expect(stats.maxQueueMs).toBeGreaterThanOrEqual(stats.meanQueueMs);

  // A time for each clip, and one for each batch.
  expect(stats.queueTimes.count).toBe(13);
  expect(stats.runTimes.count).toBe(stats.batches);
  expect(stats.preprocessTimes.count).toBe(stats.batches);
  expect(stats.preprocessTimes.sum).toBeGreaterThan(0);
  expect(stats.preprocessTimes.sum).toBeLessThan(stats.runTimes.sum);
  for (const { counts, count } of [stats.queueTimes, stats.runTimes])
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(count);
  expect(stats.meanQueueMs).toBeCloseTo(stats.queueTimes.sum / 13, 6);
  expect(stats.meanRunMs).toBeCloseTo(stats.runTimes.sum / stats.batches, 6);
  const longest = stats.runTimes.counts.map((count) => count > 0).lastIndexOf(true);
  expect(stats.maxRunMs).toBeLessThanOrEqual(bounds[longest] ?? Number.POSITIVE_INFINITY);
  expect(stats.maxRunMs).toBeGreaterThan(bounds[longest - 1] ?? 0);
});

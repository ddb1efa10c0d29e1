/**
 * Kinetorch as a user calls it: uint8 clips in ordinary memory in, labels out.
 *
 *   node kinetorch.cjs DEVICE
 *
 * It answers what torch_peer.py answers, and besides
 *
 *     saturate N [CALLERS]    with that many calls always waiting, and {"delay": …} of the event loop, milliseconds
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { loadModel } = require('../../../dist');
const { version } = require('../../../package.json');
const { answer, peak, saturate, say, times } = require('../../inference/peers/protocol.cjs');

const device = process.argv[2];
const warmCalls = 3;
/** Batches that wait or are under way: one computes, one is uploaded, and two are there when these are done. */
const batchesWaiting = 4;

let model;
let clips;
let batch;

async function load(task) {
  await model?.dispose();
  const { folder, frames, resize } = task;
  const [height, width] = task.source;
  const bytes = readFileSync(task.clips);
  const size = frames * height * width * 3;
  clips = Array.from({ length: bytes.length / size }, (_, n) => ({
    data: bytes.subarray(n * size, (n + 1) * size),
    ...{ frames, height, width },
  }));
  batch = task.batch;
  model = await loadModel(join(folder, 'model.pt'), {
    device,
    precision: device === 'cpu' ? 'float32' : 'float16',
    input: { resize },
    // A batch begins as soon as it is full; without a delay the first call would begin alone.
    batching: { maxBatchSize: batch, maxDelayMs: batch === 1 ? 0 : 50, maxQueue: 4096 },
  });
  for (let i = 0; i < warmCalls; i++) await run();
  const logits = await together((clip) => model.logits(clip));
  return { device: model.device, logits: logits.slice(0, clips.length).map((row) => [...row]) };
}

const together = (work) => Promise.all(Array.from({ length: batch }, (_, n) => work(clips[n % clips.length])));
const run = () => together((clip) => model.classifyClip(clip));

let next = 0;
const call = () => model.classifyClip(clips[next++ % clips.length]);

say({ version: `Kinetorch ${version}` });
answer({
  load: (task) => load(JSON.parse(task)),
  run: (count) => times(run, Number(count)),
  saturate: (words) => {
    const [batches, callers = batchesWaiting * batch] = words.split(' ').map(Number);
    return saturate({ call, clipsPerCall: 1, batch, callers }, batches);
  },
  peak,
});

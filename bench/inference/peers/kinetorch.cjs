/**
 * Kinetorch as a user calls it: uint8 frames in, predictions out, so that every time holds the copy of the clip,
 * preprocessing, the network, softmax and the way back.
 *
 *   node kinetorch.cjs '{"folder": ..., "batch": ..., "threads": ..., "serving": ..., ...}'
 */
const { join } = require('node:path');
const { loadModel } = require('../../../dist');
const { version } = require('../../../package.json');
const { readClips, serve } = require('./protocol.cjs');

async function main(task) {
  const { folder, frames, height, width, batch, threads, plans, serving } = task;
  const clips = readClips(task).map((data) => ({ data, frames, height, width }));
  const model = await loadModel(join(folder, 'model.pt'), {
    device: 'cpu',
    precision: 'float32',
    threads,
    tuning: { folder: plans },
    // A batch begins as soon as it is full; without a delay the first call would begin alone.
    batching: { maxBatchSize: batch, maxDelayMs: serving || batch === 1 ? 0 : 1000 },
  });
  const all = (work) => Promise.all(clips.map(work));
  let next = 0;
  await serve({
    version: `Kinetorch ${version}`,
    logits: async () => (await all((clip) => model.logits(clip))).map((row) => [...row]),
    run: () => all((clip) => model.classifyClip(clip)),
    call: () => model.classifyClip(clips[next++ % clips.length]),
    clipsPerCall: 1,
    batch,
  });
}

main(JSON.parse(process.argv[2]));

/**
 * Kinetorch as a user calls it: uint8 frames in ordinary memory in, predictions out, so that every time holds the copy of
 * the clip, preprocessing, the network, softmax and the way back.
 *
 *   node kinetorch.cjs
 */
const { join } = require('node:path');
const { loadModel } = require('../../../dist');
const { version } = require('../../../package.json');
const { readClips, serve } = require('./protocol.cjs');

let model;

serve(`Kinetorch ${version}`, async (task) => {
  await model?.dispose();
  const { folder, frames, source, batch, loadOptions, warmCalls } = task;
  const [height, width] = source;
  const clips = readClips(task).map((data) => ({ data, frames, height, width }));
  const file = loadOptions.precision === 'int8' ? 'model.int8.pt' : 'model.pt';
  model = await loadModel(join(folder, file), loadOptions);
  let next = 0;
  // Where the file has fewer clips than a batch, they are repeated.
  const run = () => Promise.all(Array.from({ length: batch }, (_, n) => model.classifyClip(clips[n % clips.length])));
  for (let i = 0; i < warmCalls; i++) await run();
  return {
    logits: async () => (await Promise.all(clips.map((clip) => model.logits(clip)))).map((row) => [...row]),
    run,
    call: () => model.classifyClip(clips[next++ % clips.length]),
    clipsPerCall: 1,
    batch,
  };
});

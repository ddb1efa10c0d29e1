/**
 * onnxruntime-node: every graph optimisation, batch fixed. The package is found in the peers' folder.
 *
 *   node onnxruntimeNode.cjs PACKAGES
 */
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { readClips, serve } = require('../../harness/peers/protocol.cjs');

const requirePeer = createRequire(join(process.argv[2], 'package.json'));
const { InferenceSession, Tensor } = requirePeer('onnxruntime-node');
const { version } = requirePeer('onnxruntime-node/package.json');

serve(`onnxruntime-node ${version}`, async (task) => {
  const { folder, frames, height, width, batch, threads } = task;
  const session = await InferenceSession.create(join(folder, 'model.onnx'), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    freeDimensionOverrides: { batch },
  });
  const clips = new Tensor('float32', networkInput(task), [batch, 3, frames, height, width]);
  const run = () => session.run({ clips });
  return {
    logits: async () => {
      const { data, dims } = (await run()).logits;
      return Array.from({ length: dims[0] }, (_, n) => [...data.subarray(n * dims[1], (n + 1) * dims[1])]);
    },
    run,
    call: run,
    clipsPerCall: batch,
    batch,
  };
});

/** N×3×T×H×W, scaled and normalised. */
function networkInput(task) {
  const plane = task.frames * task.height * task.width;
  const values = new Float32Array(task.batch * 3 * plane);
  for (const [n, clip] of readClips(task).entries()) {
    for (let channel = 0; channel < 3; channel++) {
      const [mean, std] = [task.mean[channel], task.std[channel]];
      const start = (n * 3 + channel) * plane;
      for (let i = 0; i < plane; i++) values[start + i] = (clip[i * 3 + channel] / 255 - mean) / std;
    }
  }
  return values;
}

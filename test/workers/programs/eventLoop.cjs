// Measures how long the event loop is held up while 64 clips of 16×240×320 are classified; prints milliseconds as JSON.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { createModel, loadModel } = require('../../..');
const { noiseClip } = require('./common.cjs');

async function main() {
  const model = await loadModel(await createModel({ architecture: 'r2plus1d_dw', numClasses: 10 }), { device: 'cpu' });
  const clip = noiseClip(16, 240, 320);
  await model.classifyClip(clip);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const began = performance.now();
  const calls = [];
  for (let i = 0; i < 64; i++) {
    calls.push(model.classifyClip(clip));
    // As requests come to a server: one a turn of the loop.
    await new Promise(setImmediate);
  }
  await Promise.all(calls);
  delay.disable();
  const { completed, meanBatchSize } = model.stats();
  await model.dispose();
  const total = performance.now() - began;
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((value) => value / 1e6);
  console.log(JSON.stringify({ p50, p99, max, total, completed, meanBatchSize }));
}

main();

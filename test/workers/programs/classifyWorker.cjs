// A worker thread: loads the model whose path is given, classifies, and posts the logits.
const { parentPort, workerData } = require('node:worker_threads');
const { loadModel } = require('../../..');
const { noiseClip } = require('./common.cjs');

async function main() {
  const { path, calls, options } = workerData;
  const model = await loadModel(path, options);
  const results = await Promise.all(Array.from({ length: calls }, () => model.logits(noiseClip(4, 40, 56))));
  await model.dispose();
  return results.map((logits) => Array.from(logits));
}

main().then((results) => parentPort.postMessage(results));

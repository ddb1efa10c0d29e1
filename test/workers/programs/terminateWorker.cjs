// A worker thread that says when its work is under way, and never ends by itself.
const { parentPort, workerData } = require('node:worker_threads');
const { busyTrainer, makeBusy, slowModel } = require('./common.cjs');

async function main() {
  if (workerData === 'trainer') return busyTrainer(4);
  const model = await slowModel();
  await makeBusy(model, 20);
  return model;
}

setInterval(() => {}, 1000);
main().then((kept) => {
  globalThis.kept = kept;
  parentPort.postMessage('busy');
});

// terminate.cjs <model | trainer> <times>: starts workers and terminates each in the middle of its work; then exits with
// one of them still running.
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');
const { makeBusy, noiseClip, slowModel } = require('./common.cjs');

const [what, times] = process.argv.slice(2);
const busyWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'terminateWorker.cjs'), { workerData: what });
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });

async function main() {
  const model = await slowModel();
  for (let i = 0; i < Number(times); i++) {
    const worker = await busyWorker();
    if (i % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 40 * i));
    await worker.terminate();
  }
  await model.classifyClip(noiseClip());
  console.log('terminated');
  await busyWorker();
  await makeBusy(model, 4);
  process.exit(7);
}

main();

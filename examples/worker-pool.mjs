/**
 * Two worker threads with a model each, for work around the network that is heavy in JavaScript. (For the network alone
 * one model is enough: it has a thread of its own, and calls made at the same time share forward passes.)
 *
 *   node examples/worker-pool.mjs
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadModel, models } from 'kinetorch';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** In each worker: answers one job after the other. */
async function work() {
  // The workers share the cores.
  const model = await loadModel(models.cameraMotion, { threads: 1 });
  parentPort.on('message', async ({ id, video }) => {
    const { predictions } = await model.classifyVideo(video, { clips: 4, topK: 1 });
    parentPort.postMessage({ id, label: predictions[0].label });
  });
}

/** In the main thread: gives each worker the next job when it has finished one, and ends them when none is left. */
async function main() {
  const jobs = [1, 2, 3, 4].map((id) => ({ id, video: file('media/camera-moves.mp4') }));
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  await Promise.all(
    workers.map(async (worker) => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        worker.postMessage(job);
        const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        console.log(answer);
      }
      await worker.terminate();
    }),
  );
}

await (isMainThread ? main() : work());

// One worker thread, then two at once, then the main thread, as servers with a pool do it.
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import * as kinetorch from 'kinetorch';
import { classifyPan } from './pan.cjs';

const classify = () => classifyPan(kinetorch, fileURLToPath(import.meta.resolve('kinetorch/models/camera-motion.pt')));
const inWorker = () =>
  new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url))
      .on('error', reject)
      .on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the worker exited with ${code}`))));
  });

if (isMainThread) {
  await inWorker();
  await Promise.all([inWorker(), inWorker()]);
}
await classify();

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LoadModelOptions } from '../../lib/model/options';

/** What programs/classifyWorker.cjs posts: the logits of `calls` calls on the model at `path`. */
export function classifyInWorker(path: string, calls: number, options: LoadModelOptions): Promise<number[][]> {
  const program = join(__dirname, '..', 'workers', 'programs', 'classifyWorker.cjs');
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: { path, calls, options } });
    let results: number[][] = [];
    worker.on('message', (message: number[][]) => {
      results = message;
    });
    worker.on('error', reject);
    // The worker ends by itself: nothing it loaded holds it.
    worker.on('exit', (code) => (code === 0 ? resolve(results) : reject(new Error(`the worker ended with ${code}`))));
  });
}

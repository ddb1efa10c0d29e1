import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadModel } from '../../lib/model/loadModel';
import type { LoadModelOptions } from '../../lib/model/options';
import { smallArchive } from './models';

/** What four workers and the main thread get for one clip, all at once. */
export interface WorkersLogits {
  expected: Float32Array;
  /** Of each worker, ten times. */
  results: number[][][];
}

/** A model that is loaded and runs in four worker threads and the main thread at the same time. */
export async function classifyInWorkers(options: LoadModelOptions): Promise<WorkersLogits> {
  const path = join(tmpdir(), `kinetorch-workers-${process.pid}-${performance.now()}.pt`);
  try {
    await (await smallArchive()).save(path);
    await using model = await loadModel(path, options);
    const workers = Array.from({ length: 4 }, () => classifyInWorker(path, 10, options));
    // The clip that the workers classify: noiseClip of programs/common.cjs.
    const data = Uint8Array.from({ length: 4 * 40 * 56 * 3 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 255);
    const expected = await model.logits({ data, frames: 4, height: 40, width: 56 });
    return { expected, results: await Promise.all(workers) };
  } finally {
    await rm(path, { force: true });
  }
}

/** What programs/classifyWorker.cjs posts: the logits of `calls` calls on the model at `path`. */
function classifyInWorker(path: string, calls: number, options: LoadModelOptions): Promise<number[][]> {
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

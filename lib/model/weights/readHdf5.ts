import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KinetorchError } from '../../base/errors';
import { packageRoot } from '../../base/version';
import type { Hdf5Answer, NamedArray } from './hdf5Answer';

const program = join(packageRoot, 'dist', 'model', 'weights', 'hdf5Worker.js');
const timeoutMs = 120_000;
const maxHeapMb = 2048;

/**
 * The arrays of floating-point numbers in a file of HDF5. It is read on a thread of its own, within bounds of time and
 * memory, by the package jsfive, which is the caller's to install. Throws `ERR_WEIGHTS`, `ERR_UNSUPPORTED`.
 */
export async function readHdf5(path: string): Promise<NamedArray[]> {
  const { arrays, failure = 'it holds nothing', missing } = await answerFor(path);
  if (arrays) return arrays;
  if (missing) {
    throw new KinetorchError(
      'ERR_UNSUPPORTED',
      `${path} is a file of HDF5, as Keras writes weights; the package that reads it is not installed: npm install jsfive`,
    );
  }
  throw new KinetorchError('ERR_WEIGHTS', `${path}: expected a whole file of HDF5 but ${failure}`);
}

function answerFor(path: string): Promise<Hdf5Answer> {
  const worker = new Worker(program, { workerData: path, resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } });
  return new Promise<Hdf5Answer>((resolve) => {
    const timer = setTimeout(
      () => resolve({ failure: `it took longer than ${timeoutMs / 1000} s to read` }),
      timeoutMs,
    );
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ failure: error.message }));
    worker.once('exit', () => resolve({ failure: 'its reader ended' }));
    worker.once('exit', () => clearTimeout(timer));
  }).finally(() => worker.terminate());
}

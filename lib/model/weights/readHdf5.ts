import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KinetorchError } from '../../base/errors';
import { fileSize } from '../../base/regularFile';
import { packageRoot } from '../../base/version';
import { type Hdf5Answer, maxFileBytes, type NamedArray } from './hdf5Answer';

const program = join(packageRoot, 'dist', 'model', 'weights', 'hdf5Worker.js');
const timeoutMs = 120_000;
const maxHeapMb = 2048;

/**
 * The arrays of floating-point numbers in a file of HDF5. It is read on a thread of its own by the package jsfive, which is
 * the caller's to install. There are bounds of the file's size, of what it says it holds, packed or not, of objects in
 * JavaScript's heap, and of time. Throws `ERR_WEIGHTS`, `ERR_UNSUPPORTED`, `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`.
 */
export async function readHdf5(path: string): Promise<NamedArray[]> {
  const size = await fileSize(path);
  if (size > maxFileBytes) {
    throw new KinetorchError('ERR_WEIGHTS', `${path}: expected at most ${maxFileBytes} bytes but it has ${size}`);
  }
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

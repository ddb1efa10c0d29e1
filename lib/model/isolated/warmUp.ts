import type { LoadOptions } from '../../../binding';
import { native } from '../../native';
import { noFrameCnn } from '../frameCnnSchema';

const input = { frames: 2, height: 16, width: 16, resize: [16], antialias: true, mean: [0, 0, 0], std: [1, 1, 1] };

const options: LoadOptions = {
  device: 'cpu',
  precision: 'float32',
  input,
  numClasses: 2,
  task: 'multiclass',
  output: 'logits',
  maxBatchSize: 1,
  maxDelayMs: 0,
  maxQueue: 1,
  optimize: 'off',
  measureMs: 0,
  maxWeightBytes: 0,
  planFolder: '',
  threads: 0,
  memoryLimit: 0,
};

/** Makes a small network and runs it, so that LibTorch has opened all the files that it ever opens (/proc/cpuinfo, /dev/urandom). */
export async function warmUp(): Promise<void> {
  const { createModel, NativeModelFile, NativeModel } = native();
  const bytes = await createModel({
    architecture: 'r2plus1d_dw',
    numClasses: options.numClasses,
    seed: 0,
    frameCnn: noFrameCnn,
    metadata: '{}',
    weights: [],
    newHead: false,
    inflate: 'average',
  });
  const model = await NativeModel.load(await NativeModelFile.open(bytes, ''), options);
  await model.dispose();
}

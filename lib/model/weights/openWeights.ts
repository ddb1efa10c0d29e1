import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { NativeWeightNaming } from '../../../binding';
import { KinetorchError } from '../../base/errors';
import { fileSize } from '../../base/regularFile';
import { callNative, native } from '../../native';
import type { ModelInput } from '../types';
import { torchvisionOf } from './kerasResNet';
import { readHdf5 } from './readHdf5';
import { shardsOf } from './shards';
import { writeSafetensors } from './writeSafetensors';

/** Weights as the native layer takes them, and what a network that they were trained in wants to see. */
export interface OpenedWeights {
  files: (string | Uint8Array)[];
  input: Pick<ModelInput, 'mean' | 'std'> | undefined;
}

const imageNet: OpenedWeights['input'] = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const facebook: OpenedWeights['input'] = { mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225] };
/** Of Keras's ResNets, which see 0…255 less ImageNet's mean, as Caffe did. */
const caffe: OpenedWeights['input'] = {
  mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
  std: [1 / 255, 1 / 255, 1 / 255],
};

/** Of each project's published weights; nothing where the architecture's own holds. */
const inputs: Record<NativeWeightNaming, OpenedWeights['input']> = {
  kinetorch: undefined,
  torchvision: imageNet,
  mmaction2: imageNet,
  pytorchvideo: facebook,
  pyslowfast: facebook,
};

const hdf5Mark = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * Finds out what weights are. Throws `ERR_WEIGHTS`, `ERR_UNSUPPORTED`, `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`.
 *
 * @param source a path, also of the index of weights in parts, or a file's bytes
 */
export async function openWeights(source: string | Uint8Array, architecture: string): Promise<OpenedWeights> {
  if (typeof source === 'string' && (await isHdf5(source))) return openKeras(source, architecture);
  const isIndex = typeof source === 'string' && basename(source).endsWith('.index.json');
  const files = isIndex ? await shardsOf(source) : [source];
  return { files, input: inputs[await callNative(() => native().weightNaming(files))] };
}

async function openKeras(path: string, architecture: string): Promise<OpenedWeights> {
  const arrays = await readHdf5(path);
  const weights = torchvisionOf(arrays, path);
  if (!architecture.endsWith('_v1')) {
    throw new KinetorchError(
      'ERR_WEIGHTS',
      `${path}: expected an architecture whose bottlenecks stride in their first convolution, as Keras's do, such as ` +
        `i3d_50_v1, but received ${architecture}`,
    );
  }
  return { files: [writeSafetensors(weights)], input: caffe };
}

async function isHdf5(path: string): Promise<boolean> {
  try {
    if ((await fileSize(path)) < hdf5Mark.length) return false;
    await using file = await open(path);
    const { buffer } = await file.read({ buffer: Buffer.alloc(hdf5Mark.length), position: 0 });
    return buffer.equals(hdf5Mark);
  } catch {
    return false; // Whoever reads it says why it cannot be read.
  }
}

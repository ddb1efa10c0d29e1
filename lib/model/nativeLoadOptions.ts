import type { LoadOptions } from '../../binding';
import { chooseQuantization } from './chooseQuantization';
import type { FilledLoadOptions } from './options';
import type { ModelMetadata } from './types';

/**
 * How the native layer is to load a network of this metadata.
 *
 * @throws KinetorchError `ERR_UNSUPPORTED` for int8 where there is none
 */
export function nativeLoadOptions(filled: FilledLoadOptions, metadata: ModelMetadata, planFolder: string): LoadOptions {
  const quantization = chooseQuantization(filled, metadata);
  return {
    ...(quantization
      ? { device: 'cpu', precision: 'float32', quantization }
      : { device: filled.device, precision: filled.precision }),
    input: metadata.input,
    numClasses: metadata.labels.length,
    task: metadata.task,
    output: metadata.output ?? '',
    ...filled.batching,
    threads: filled.threads ?? 0,
    memoryLimit: filled.memoryLimit ?? 0,
    optimize: filled.optimize,
    measureMs: filled.tuning.timeMs,
    maxWeightBytes: filled.tuning.maxWeightBytes,
    planFolder,
  };
}

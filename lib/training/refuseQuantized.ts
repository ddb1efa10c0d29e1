import { KinetorchError } from '../base/errors';
import type { ModelMetadata } from '../model/types';

/** `ERR_UNSUPPORTED` for a file whose weights are int8: nothing can be learned from there. */
export function refuseQuantized(metadata: ModelMetadata | null): void {
  if (!metadata?.quantization) return;
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    'expected a model with float32 weights to train on from but received a quantised one: take the file that it was made ' +
      'of, and quantise the result anew',
  );
}

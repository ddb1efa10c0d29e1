import { KinetorchError } from '../base/errors';
import type { ModelOutput } from './outputs';

/** `ERR_UNSUPPORTED` where a network of these `outputs` is made for another task than those that are `wanted`. */
export function requireOutputs(outputs: readonly ModelOutput[], wanted: readonly ModelOutput[]): void {
  const hasDecoder = outputs.includes('reconstruction');
  if (wanted.some((output) => isOfDecoder(output) === hasDecoder)) return;
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    hasDecoder
      ? "expected a model that classifies but this one gives clips back, as its task is 'reconstruct'; `train` with " +
          '`from` (kinetorch train <data> --from <file> -o <folder>) adds a head to it'
      : "expected a model with a decoder, whose task is 'reconstruct', but this one classifies; `pretrain` with the " +
          "objective 'plain' (kinetorch pretrain <videos> --objective plain) makes one",
  );
}

const isOfDecoder = (output: ModelOutput) => output === 'reconstruction' || output === 'target';

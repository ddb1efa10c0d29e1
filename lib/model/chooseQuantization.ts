import type { QuantizedLayer } from '../../binding';
import { KinetorchError } from '../base/errors';
import { devices } from './devices';
import type { FilledLoadOptions } from './options';
import type { ModelMetadata } from './types';

/**
 * The layers that run in int8, as the file has them; null where none is to. Throws `ERR_UNSUPPORTED` where int8 was asked of
 * a GPU, or of a file that is not quantised.
 */
export function chooseQuantization(
  { device, precision }: Pick<FilledLoadOptions, 'device' | 'precision'>,
  { quantization }: Pick<ModelMetadata, 'quantization'>,
): QuantizedLayer[] | null {
  if (precision === 'int8') {
    if (device !== 'auto' && device !== 'cpu') {
      throw unsupported(`expected \`device\` 'auto' or 'cpu', as int8 runs on a CPU, but received '${device}'`);
    }
    if (!quantization) {
      throw unsupported(
        'expected a quantised model for `precision` int8 but this one is not: `kinetorch quantize model.pt clips/ -o ' +
          'model.int8.pt`, or `quantizeModel`, makes one of it',
      );
    }
    return layersOf(quantization);
  }
  return precision === 'auto' && quantization && isOnCpu(device) ? layersOf(quantization) : null;
}

const isOnCpu = (device: string): boolean => device === 'cpu' || (device === 'auto' && devices().devices[0] === 'cpu');

function layersOf({ layers }: NonNullable<ModelMetadata['quantization']>): QuantizedLayer[] {
  return layers.map(({ layer: _, ...quantized }) => quantized);
}

const unsupported = (message: string) => new KinetorchError('ERR_UNSUPPORTED', message);

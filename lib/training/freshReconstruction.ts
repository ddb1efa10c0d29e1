import { parse } from '../base/validation';
import { inputFor, partsOf, reconstructionParts } from '../model/architectures';
import { inputSchema } from '../model/schemas';
import type { ModelInput } from '../model/types';
import { callNative, native } from '../native';
import type { FilledPretrainOptions } from './pretrainOptions';
import type { StartingModel } from './startingModel';

/** The stages of an architecture below a decoder, with fresh weights. Throws `ERR_INVALID_ARGUMENT`. */
export async function freshReconstruction(options: FilledPretrainOptions): Promise<StartingModel> {
  const { architecture, objective, input, license, seed } = options;
  const filled = parse(inputSchema, inputFor(architecture, input), 'options.input') as ModelInput;
  const stages = partsOf(architecture).stages.map((stage) => `encoder.${stage}`);
  return {
    architecture,
    input: filled,
    license,
    parts: reconstructionParts(stages),
    open: () =>
      callNative(async () => {
        const { createReconstruction, NativeModelFile } = native();
        const masked = objective === 'masked';
        return NativeModelFile.open(await createReconstruction({ architecture, masked, seed, metadata: '{}' }), '');
      }),
    close: () => {},
  };
}

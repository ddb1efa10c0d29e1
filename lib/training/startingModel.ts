import { KinetorchError } from '../errors';
import { inputFor } from '../model/architectures';
import { createModel } from '../model/createModel';
import { readMetadata } from '../model/metadata';
import { inputSchema } from '../model/schemas';
import type { ModelInput } from '../model/types';
import { parse } from '../validation';
import type { FilledTrainOptions } from './options';

/** What a run starts from, before its classes are known. */
export interface StartingModel {
  architecture: string;
  input: ModelInput;
  license?: string;
  /** Path or bytes of the TorchScript archive with a logit for each label. */
  source(labels: readonly string[]): Promise<string | Uint8Array>;
}

/** Fresh weights of an architecture, or the model file to train on from. */
export async function startingModel({ architecture, from, input, seed }: FilledTrainOptions): Promise<StartingModel> {
  if (from !== undefined) return continuedModel(from, input);
  const name = architecture as string;
  const filled = parse(inputSchema, inputFor(name, input), 'options.input') as ModelInput;
  return {
    architecture: name,
    input: filled,
    source: async (labels) =>
      (await createModel({ architecture: name, labels: [...labels], input: filled, seed })).bytes,
  };
}

async function continuedModel(from: string | Uint8Array, input?: Partial<ModelInput>): Promise<StartingModel> {
  const stored = await readMetadata(from);
  if (!stored) {
    throw new KinetorchError(
      'ERR_MODEL_METADATA',
      'expected `from` to be a model with a kinetorch.json inside but this file has none',
    );
  }
  return {
    architecture: stored.architecture,
    input: parse(inputSchema, { ...stored.input, ...input }, 'options.input') as ModelInput,
    license: stored.license,
    source: async (labels) => {
      if (labels.length === stored.labels.length) return from;
      throw new KinetorchError(
        'ERR_DATASET',
        `expected data of ${stored.labels.length} classes, as the model in \`from\` has, but it has ${labels.length}`,
      );
    },
  };
}

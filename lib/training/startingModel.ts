import { KinetorchError } from '../base/errors';
import { parse } from '../base/validation';
import { architectures, inputFor } from '../model/architectures';
import { readMetadata } from '../model/metadata';
import { inputSchema } from '../model/schemas';
import type { ModelInput, ModelMetadata } from '../model/types';
import { callNative, native } from '../native';
import type { FilledTrainOptions } from './options';

/** What a run starts from, before its classes are known. */
export interface StartingModel {
  architecture: string;
  input: ModelInput;
  license?: string;
  /** Path or bytes of the TorchScript archive with a logit for each label. */
  source(labels: readonly string[]): Promise<string | Uint8Array>;
}

/**
 * Fresh weights of an architecture, a Kinetorch model to train on from, or weights from a file below a new head. Throws
 * `ERR_MODEL_METADATA`, `ERR_INVALID_ARGUMENT`, and what reading the file throws.
 */
export async function startingModel(
  options: Pick<FilledTrainOptions, 'architecture' | 'from' | 'input' | 'seed'>,
): Promise<StartingModel> {
  const { architecture, from, input, seed } = options;
  const stored = from === undefined ? null : await readStored(from, architecture);
  const name = stored?.architecture ?? (architecture as string);
  const base = stored ? { ...stored.input, ...input } : inputFor(name, input);
  const filled = parse(inputSchema, base, 'options.input') as ModelInput;
  return {
    architecture: name,
    input: filled,
    license: stored?.license,
    source: async (labels) => {
      if (stored && from !== undefined && isSame(stored.labels, labels)) return from;
      if (stored) requireKnown(name, stored.labels.length, labels.length);
      return callNative(() =>
        native().createModel({
          architecture: name,
          numClasses: labels.length,
          seed,
          metadata: JSON.stringify({ formatVersion: 1, architecture: name, labels, input: filled }),
          weights: from ?? '',
          newHead: from !== undefined,
        }),
      );
    },
  };
}

/** `kinetorch.json` of the file; null where the caller names an architecture and the file holds weights alone. */
async function readStored(from: string | Uint8Array, architecture?: string): Promise<ModelMetadata | null> {
  if (architecture !== undefined) return null;
  const stored = await readMetadata(from);
  if (stored) return stored;
  throw new KinetorchError(
    'ERR_MODEL_METADATA',
    'expected `from` to be a model with a kinetorch.json inside but this file has none; for a file of weights alone, ' +
      'name its `architecture` too',
  );
}

/** A new head is made together with its network, so the network must be one that Kinetorch can make. */
function requireKnown(architecture: string, before: number, now: number): void {
  if (architectures().some(({ name }) => name === architecture)) return;
  throw new KinetorchError(
    'ERR_DATASET',
    `expected data of the ${before} classes of the model in \`from\`, whose architecture "${architecture}" is not ` +
      `known here, but received ${now} other ones`,
  );
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, index) => label === b[index]);
}

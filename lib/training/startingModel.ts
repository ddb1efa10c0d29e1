import type { NativeModelFile } from '../../binding';
import { closingOnError } from '../base/closingOnError';
import { KinetorchError } from '../base/errors';
import { parse } from '../base/validation';
import { architectureOf, architectures, inputFor, partsOf } from '../model/architectures';
import { frameCnnOf } from '../model/frameCnn';
import { type FrameCnn, noFrameCnn } from '../model/frameCnnSchema';
import { openModelFile } from '../model/modelFile';
import type { OpeningOptions } from '../model/options';
import { inputSchema } from '../model/schemas';
import type { ModelInput, ModelMetadata, NetworkParts } from '../model/types';
import { openWeights } from '../model/weights/openWeights';
import { callNative, native } from '../native';
import type { FilledTrainOptions } from './options';
import { refuseQuantized } from './refuseQuantized';

/** What a run starts from, before its classes are known. */
export interface StartingModel {
  architecture: string;
  input: ModelInput;
  license?: string;
  parts: NetworkParts;
  /** The network with a logit for each label, for the caller to close. A model to train on from has been open since. */
  open(labels: readonly string[]): Promise<NativeModelFile>;
  /** Closes what has been open since, where {@link open} was not called. */
  close(): void;
}

/**
 * Fresh weights of an architecture, a Kinetorch model to train on from, or weights from a file below a new head. Throws
 * `ERR_MODEL_METADATA`, `ERR_INVALID_ARGUMENT`, and what reading the file throws.
 *
 * @param frameCnn how a 2-D network is made one for clips, where neither its defaults nor a model's file say it
 */
export async function startingModel(
  options: Pick<FilledTrainOptions, 'architecture' | 'from' | 'trust' | 'inflate' | 'input' | 'license' | 'seed'>,
  frameCnn?: FrameCnn,
): Promise<StartingModel> {
  const { architecture, from, trust, inflate, input, seed } = options;
  const stored = from === undefined || architecture !== undefined ? null : await openStored(from, { trust });
  const close = () => stored?.native.close();
  const metadata = stored?.metadata;
  const name = metadata?.architecture ?? (architecture as string);
  const weights = from === undefined || metadata ? undefined : await openWeights(from, name);
  const filled = await closingOnError(close, () => {
    const base = metadata ? { ...metadata.input, ...input } : inputFor(name, { ...weights?.input, ...input });
    return parse(inputSchema, base, 'options.input') as ModelInput;
  });
  // Of a network without a head the stages get one.
  const parts: NetworkParts =
    metadata && metadata.task !== 'reconstruct'
      ? metadata
      : partsOf(name, frameCnn ?? frameCnnOf(architectureOf(name), {}, filled));
  return {
    architecture: name,
    input: filled,
    license: options.license ?? metadata?.license,
    parts,
    open: async (labels) => {
      if (stored && isSame(stored.metadata.labels, labels)) return stored.native;
      close();
      if (metadata) requireKnown(name, metadata.labels.length, labels.length);
      return callNative(async () => {
        const { createModel, NativeModelFile } = native();
        const made = await createModel({
          architecture: name,
          numClasses: labels.length,
          seed,
          frameCnn: parts.frameCnn ?? noFrameCnn,
          metadata: '{}',
          weights: weights?.files ?? (from === undefined ? [] : [from]),
          newHead: from !== undefined,
          inflate: inflate ?? 'average',
        });
        return NativeModelFile.open(made, '');
      });
    },
    close,
  };
}

/** A model with a `kinetorch.json`, which tells its architecture and input. */
async function openStored(
  from: string | Uint8Array,
  opening: OpeningOptions,
): Promise<{ native: NativeModelFile; metadata: ModelMetadata }> {
  const { native, metadata } = await openModelFile(from, opening);
  await closingOnError(
    () => native.close(),
    () => refuseQuantized(metadata),
  );
  if (metadata) return { native, metadata };
  native.close();
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

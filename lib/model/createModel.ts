import { z } from 'zod';
import { invalidArgument } from '../base/errors';
import { wholeNumber } from '../base/schemas';
import { parse } from '../base/validation';
import { writeAtomically } from '../base/writeAtomically';
import { callNative, native } from '../native';
import { inputFor, partsOf } from './architectures';
import { inputSchema, labelsSchema, partialInputSchema } from './schemas';
import type { ModelInput, ModelMetadata } from './types';

export interface CreateModelOptions {
  /** A name of the architecture table, for example `r2plus1d_18`. */
  architecture: string;
  /** Class names; their number is the number of classes. */
  labels?: string[];
  /** Instead of labels: classes are then named `class 0`, `class 1`, … 1 to 1,000,000. */
  numClasses?: number;
  /** A `.safetensors` file, or a `.pth` file of tensors, with the architecture's state-dict keys. */
  weights?: string;
  /** Parts of the input that differ from the architecture's own. */
  input?: Partial<ModelInput>;
  /** Seed of fresh weights, 0 to 2^53 - 1. Default 0. */
  seed?: number;
  /** Licence of the weights, kept in the file. */
  license?: string;
}

/** A network as a TorchScript archive in memory: save it, load it, or train from it. */
export interface ModelArchive {
  readonly metadata: ModelMetadata;
  readonly bytes: Uint8Array;
  /** Writes the archive, whole or not at all. @throws KinetorchError `ERR_FILE_ACCESS` */
  save(path: string): Promise<void>;
}

const optionsSchema = z.strictObject(
  {
    architecture: z.string({ error: 'the name of an architecture' }),
    labels: labelsSchema.optional(),
    numClasses: wholeNumber(1, 1_000_000).optional(),
    weights: z.string({ error: 'the path of a .safetensors or .pth file' }).optional(),
    input: partialInputSchema.optional(),
    seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
    license: z.string({ error: 'a string' }).optional(),
  },
  { error: 'an object' },
);

/**
 * Makes a network natively: fresh weights, or weights imported from a file.
 *
 * @example
 * const archive = await createModel({ architecture: 'ir_csn_26', labels: ['walk', 'run'] });
 * await archive.save('csn.pt');
 * await using model = await loadModel(archive);
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_WEIGHTS` (a missing, extra or wrongly shaped tensor is named),
 * `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`
 */
export async function createModel(options: CreateModelOptions): Promise<ModelArchive> {
  const { architecture, labels, numClasses, weights, input, seed, license } = parse(optionsSchema, options, 'options');
  if (labels && numClasses !== undefined && numClasses !== labels.length) {
    throw invalidArgument('numClasses', `the number of labels, ${labels.length},`, numClasses);
  }
  const names = labels ?? Array.from({ length: numClasses ?? 0 }, (_, index) => `class ${index}`);
  if (names.length === 0) throw invalidArgument('options', 'an object with labels or numClasses', options);
  const metadata: ModelMetadata = {
    formatVersion: 2,
    architecture,
    task: 'multiclass',
    labels: names,
    input: parse(inputSchema, inputFor(architecture, input as Partial<ModelInput>), 'options.input') as ModelInput,
    ...partsOf(architecture),
    ...(license === undefined ? {} : { license }),
  };
  const bytes = await callNative(() =>
    native().createModel({
      architecture,
      numClasses: names.length,
      seed,
      metadata: JSON.stringify(metadata),
      weights: weights ?? '',
      newHead: false,
    }),
  );
  return { metadata, bytes, save: (path) => writeAtomically(path, bytes) };
}

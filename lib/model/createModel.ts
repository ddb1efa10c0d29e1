import { invalidArgument } from '../base/errors';
import { type FilePath, filePath } from '../base/filePath';
import { ownRealm } from '../base/ownRealm';
import { parse, parseOptions } from '../base/validation';
import { writeAtomically } from '../base/writeAtomically';
import { callNative, native } from '../native';
import { architectureOf, inputFor, partsOf } from './architectures';
import { frameCnnOf, inputOfFrameCnn } from './frameCnn';
import { noFrameCnn } from './frameCnnSchema';
import { type CreateModelOptions, createModelOptions } from './options';
import { inputSchema } from './schemas';
import type { ModelMetadata } from './types';
import { openWeights } from './weights/openWeights';

/** A network as a TorchScript archive in memory: save it, load it, or train from it. */
export interface ModelArchive {
  readonly metadata: ModelMetadata;
  readonly bytes: Uint8Array;
  /** Writes the archive, whole or not at all. @throws KinetorchError `ERR_FILE_ACCESS` */
  save(path: FilePath): Promise<void>;
}

/**
 * Makes a network natively: fresh weights, or weights imported from a file.
 *
 * @example
 * const archive = await createModel({ architecture: 'ir_csn_26', labels: ['walk', 'run'] });
 * await archive.save('csn.pt');
 * await using model = await loadModel(archive);
 *
 * @example
 * // ResNet-50 as torchvision has it, inflated (I3D), below a fresh head
 * await createModel({ architecture: 'i3d_50', labels: ['walk', 'run'], weights: 'resnet50-11ad3fa6.pth' });
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_WEIGHTS` (a missing, extra or wrongly shaped tensor is named),
 * `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`
 */
export async function createModel(options: CreateModelOptions): Promise<ModelArchive> {
  const filled = parseOptions(createModelOptions, options);
  const { architecture, labels, numClasses, weights, inflate, input, seed, license } = filled;
  if (labels && numClasses !== undefined && numClasses !== labels.length) {
    throw invalidArgument('numClasses', `the number of labels, ${labels.length},`, numClasses);
  }
  if (inflate !== undefined && weights === undefined) {
    throw invalidArgument('options.inflate', 'left out without `weights` to inflate', inflate);
  }
  const names = labels ?? Array.from({ length: numClasses ?? 0 }, (_, index) => `class ${index}`);
  if (names.length === 0) throw invalidArgument('options', 'an object with labels or numClasses', options);
  const opened = weights === undefined ? undefined : await openWeights(weights, architecture);
  const own = inputFor(architecture, { ...opened?.input, ...input });
  const frameCnn = frameCnnOf(architectureOf(architecture), filled, own);
  const metadata: ModelMetadata = {
    formatVersion: 2,
    architecture,
    task: 'multiclass',
    labels: names,
    input: parse(inputSchema, frameCnn ? inputOfFrameCnn(own, frameCnn, input?.frames) : own, 'options.input'),
    ...partsOf(architecture, frameCnn),
    ...(license === undefined ? {} : { license }),
  };
  const made = await callNative(() =>
    native().createModel({
      architecture,
      numClasses: names.length,
      seed,
      frameCnn: frameCnn ?? noFrameCnn,
      metadata: JSON.stringify(metadata),
      weights: opened?.files ?? [],
      newHead: false,
      inflate: inflate ?? 'average',
    }),
  );
  return archiveOf(metadata, made);
}

/** What the native layer has `made`, with what is written in it. */
export function archiveOf(metadata: ModelMetadata, made: Uint8Array): ModelArchive {
  const bytes = ownRealm(made);
  const save = async (path: FilePath) => writeAtomically(filePath(path, 'path', 'the path of a file'), bytes);
  return { metadata, bytes, save };
}

import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { callSignal } from '../base/abort';
import { invalidArgument, KinetorchError } from '../base/errors';
import { systemReason } from '../base/systemReason';
import { parse, parseOptions } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { isManifest } from '../model/ensemble/manifestFile';
import { withModelFile } from '../model/modelFile';
import { type ModelSource, nativeSource, sourceBytes } from '../model/modelSource';
import { labelsSchema } from '../model/schemas';
import type { ModelMetadata } from '../model/types';
import { callNative, native } from '../native';
import { type FilledQuantizeOptions, type QuantizeOptions, quantizeOptions } from './options';
import { quantize } from './quantize';
import type { QuantizationReport } from './types';

/**
 * Makes a model of int8 convolutions, whose file is a quarter as large, and which a CPU with AVX-512 VNNI (Intel's from Ice
 * Lake, AMD's from Zen 4 on) runs up to several times as fast; others give the same numbers, but may take longer than in
 * float32. Ranges of what each layer reads are taken from clips (post-training quantisation: nothing is learned); layers
 * that cost too much stay in float32. See [docs/quantization.md](../../docs/quantization.md).
 *
 * At least `minAgreement` per cent of the clips that were held back are decided as in float32, and where they have labels
 * of the model's, top-1 accuracy on them drops by no more than `maxDrop` points.
 *
 * @param model its file, bytes, or what {@link createModel} gave: one that classifies, on a CPU
 * @param data videos, as {@link evaluate} takes them, or a folder of videos without labels; like those that the model will
 * see
 *
 * @example
 * const { agreement, layers } = await quantizeModel('fights.pt', 'clips/', { outFile: 'fights.int8.pt' });
 * await using model = await loadModel('fights.int8.pt'); // in int8, on a CPU
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_DATASET` (no clips, too many that cannot be loaded, some labels that
 * the model does not know), `ERR_UNSUPPORTED` (an ensemble, a model that is quantised already or gives clips back, a network
 * without such convolutions, a drop that no choice of layers keeps), `ERR_MODEL_METADATA` (a file from elsewhere: see
 * {@link wrapModel}), `ERR_FILE_ACCESS`, `ERR_ABORTED`, and those of {@link loadModel}
 */
export async function quantizeModel(
  model: ModelSource,
  data: string | ClipDataset,
  options: QuantizeOptions,
): Promise<QuantizationReport> {
  const filled = parseOptions(quantizeOptions, options);
  checkData(data);
  const source = nativeSource(model);
  if (isManifest(source)) throw unsupported('a model of its own', 'an ensemble: quantise its models one by one');
  await checkOutFile(filled.outFile, source);
  const began = performance.now();
  const call = callSignal(filled);
  try {
    return await withModelFile(source, async (file) => {
      const metadata = requireSuitable(file.metadata);
      const { input, labels } = metadata;
      const loading = { input, numClasses: labels.length, threads: filled.threads ?? 0 };
      const quantizer = await callNative(() => native().NativeQuantizer.create(file.native, loading));
      try {
        const done = await quantize(quantizer, metadata, data, { ...filled, signal: call.signal });
        const { outFile } = filled;
        return {
          formatVersion: 1,
          architecture: metadata.architecture,
          model: typeof source === 'string' ? source : null,
          outFile,
          data: typeof data === 'string' ? data : null,
          ...done,
          bytes: { before: await sourceBytes(source), after: await sourceBytes(outFile) },
          seconds: (performance.now() - began) / 1000,
        };
      } finally {
        await callNative(() => quantizer.dispose());
      }
    });
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

function checkData(data: unknown): asserts data is string | ClipDataset {
  if (typeof data === 'string' && data !== '') return;
  const dataset = data as ClipDataset | null;
  if (dataset === null || typeof dataset !== 'object' || typeof dataset.clip !== 'function') {
    throw invalidArgument('data', 'the path of a folder or manifest, or a dataset', data);
  }
  parse(labelsSchema, dataset.labels, 'data.labels');
}

/** Before minutes of work, not after. */
async function checkOutFile(outFile: FilledQuantizeOptions['outFile'], source: string | Uint8Array): Promise<void> {
  const there = await stat(outFile).catch(() => null);
  if (there?.isDirectory()) throw invalidArgument('options.outFile', 'a file, not a folder,', outFile);
  // By what links lead to: no name of the model's file may come to be another file.
  if (there && typeof source === 'string' && (await isSameFile(source, outFile))) {
    throw invalidArgument('options.outFile', "another file than the model's own", outFile);
  }
  await access(dirname(outFile), constants.W_OK).catch((cause) => {
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot write ${outFile}: ${systemReason(cause)}`, { cause });
  });
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [realA, realB] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)));
  return realA !== null && realA === realB;
}

/** The metadata of a network that can be quantised. */
function requireSuitable(metadata: ModelMetadata | null): ModelMetadata {
  if (metadata === null) {
    throw new KinetorchError(
      'ERR_MODEL_METADATA',
      'expected a model with a kinetorch.json inside but this file has none: `wrapModel`, or `kinetorch create ' +
        '--torchscript`, writes one into it',
    );
  }
  if (metadata.quantization) throw unsupported('a float32 model', 'one that is quantised already');
  if (metadata.task === 'reconstruct') throw unsupported('a model that classifies', 'one that gives clips back');
  return metadata;
}

const unsupported = (expected: string, received: string): KinetorchError =>
  new KinetorchError('ERR_UNSUPPORTED', `expected ${expected} but received ${received}`);

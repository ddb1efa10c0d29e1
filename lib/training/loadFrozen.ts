import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { KinetorchError } from '../base/errors';
import { fileSize } from '../base/regularFile';
import { pinnedVersion, version } from '../base/version';
import { measuredLoading } from '../evaluation/measuredLoading';
import { decodingOf } from '../model/decodingOf';
import { loadModel } from '../model/loadModel';
import { type ModelSource, nativeSource } from '../model/modelSource';
import type { VideoModel } from '../model/videoModel';
import { refuseQuantized } from './refuseQuantized';

type LoadingOptions = Parameters<typeof measuredLoading>[0];

/**
 * A network that gives vectors and has a head to replace, else `ERR_UNSUPPORTED`; with `sha256` its file must be that one.
 */
export async function loadFrozen(source: ModelSource, options: LoadingOptions, sha256?: string): Promise<VideoModel> {
  const model = await loadModel(source, { ...measuredLoading(options), sha256 });
  const { head, quantization } = model.metadata;
  if (model.outputs.includes('embedding') && head !== null && !quantization) return model;
  await model.dispose();
  refuseQuantized(model.metadata);
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    `expected networks that Kinetorch made, with a head to replace, but received one of the architecture ${model.architecture}`,
  );
}

/** The SHA-256 of a model's file. */
export async function hashOf(source: ModelSource): Promise<string> {
  const file = nativeSource(source);
  // Of a pipe nobody would ever read the end.
  if (typeof file === 'string') await fileSize(file);
  const hash = createHash('sha256');
  const pieces = typeof file === 'string' ? createReadStream(file) : [file];
  for await (const piece of pieces) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

/**
 * A name for each network that changes with all that its vectors depend on, to the last digit; of the others that is how
 * videos are decoded for all of them.
 */
export function namesOf(
  models: readonly VideoModel[],
  hashes: readonly string[],
  { threads, batchSize }: LoadingOptions,
): string[] {
  const decoding = decodingOf(models.map(({ input }) => input));
  return models.map(({ device, precision }, index) =>
    JSON.stringify([version(), pinnedVersion(), hashes[index], device, precision, threads, batchSize, decoding]),
  );
}

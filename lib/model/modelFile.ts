import type { NativeModelFile } from '../../binding';
import { closingOnError } from '../base/closingOnError';
import { callNative, native } from '../native';
import { isManifest, readManifest } from './ensemble/manifestFile';
import { parseMetadata } from './metadata';
import type { ModelMetadata } from './types';

/** A model's file that was checked and is open; whoever opens it closes it. */
export interface ModelFile {
  readonly native: NativeModelFile;
  /** Null in a file from elsewhere. */
  readonly metadata: ModelMetadata | null;
}

/**
 * Opens a model and checks all of it, without running anything. What is asked of it from then on is what was checked.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, or `ERR_MODEL_METADATA` where
 * `kinetorch.json` is there but is not what it should be.
 */
export async function openModelFile(source: string | Uint8Array): Promise<ModelFile> {
  const file = await callNative(() => native().NativeModelFile.open(source));
  return closingOnError(
    () => file.close(),
    () => ({ native: file, metadata: file.metadata === null ? null : parseMetadata(file.metadata) }),
  );
}

/** Opens a model for as long as `use` takes. Throws as {@link openModelFile}. */
export async function withModelFile<T>(
  source: string | Uint8Array,
  use: (file: ModelFile) => T | Promise<T>,
): Promise<T> {
  const file = await openModelFile(source);
  try {
    return await use(file);
  } finally {
    file.native.close();
  }
}

/** `kinetorch.json` of a model, of an ensemble its first; null of a file from elsewhere. Throws as {@link openModelFile}. */
export async function readMetadata(source: string | Uint8Array): Promise<ModelMetadata | null> {
  const [first = source] = isManifest(source) ? (await readManifest(source)).paths : [];
  return withModelFile(first, ({ metadata }) => metadata);
}

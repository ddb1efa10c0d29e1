import type { NativeModelFile } from '../../binding';
import { closingOnError } from '../base/closingOnError';
import { KinetorchError } from '../base/errors';
import { callNative, native } from '../native';
import { catalogueNetworkOf } from './catalogueNetwork';
import { isManifest, readManifest } from './ensemble/manifestFile';
import { describeFindings } from './findings';
import { parseMetadata } from './metadata';
import type { OpeningOptions } from './options';
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
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`; `ERR_MODEL_METADATA` where
 * `kinetorch.json` is there but is not what it should be; `ERR_MODEL_UNTRUSTED` where only the weights are trusted and
 * the network is none that can be built here, or the file is another than `sha256` says
 */
export async function openModelFile(
  source: string | Uint8Array,
  { trust = 'all', sha256 = '' }: OpeningOptions = {},
): Promise<ModelFile> {
  const file = await callNative(() => native().NativeModelFile.open(source, sha256));
  return closingOnError(
    () => file.close(),
    async () => {
      const metadata = file.metadata === null ? null : parseMetadata(file.metadata);
      if (trust === 'weights') await buildHere(file, metadata);
      return { native: file, metadata };
    },
  );
}

async function buildHere(file: NativeModelFile, metadata: ModelMetadata | null): Promise<void> {
  const network = catalogueNetworkOf(metadata);
  if (network) return file.buildHere(network);
  const said = metadata?.quantization ? 'that it is quantised' : `"${metadata?.architecture}"`;
  const named = metadata ? `says ${said}` : 'is missing';
  const findings = await callNative(() => file.scan());
  throw new KinetorchError(
    'ERR_MODEL_UNTRUSTED',
    'expected a network of `kinetorch create --list`, as only the weights of the model are trusted, but its ' +
      `kinetorch.json ${named}, and its code would have to run: ${describeFindings(findings)}`,
  );
}

/** Opens a model for as long as `use` takes. Throws as {@link openModelFile}. */
export async function withModelFile<T>(
  source: string | Uint8Array,
  use: (file: ModelFile) => T | Promise<T>,
  opening?: OpeningOptions,
): Promise<T> {
  const file = await openModelFile(source, opening);
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

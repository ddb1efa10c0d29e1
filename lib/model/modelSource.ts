import { types } from 'node:util';
import { invalidArgument } from '../base/errors';
import { type FilePath, filePath, isUrl } from '../base/filePath';
import { fileSize } from '../base/regularFile';
import type { ModelArchive } from './createModel';

/** A model: the path of its file or a `file:` URL, its bytes, or what {@link createModel} gave. */
export type ModelSource = FilePath | Uint8Array | ModelArchive;

/** What the native layer takes: a path or bytes. */
export function nativeSource(source: ModelSource): string | Uint8Array {
  if (typeof source === 'string' || isUrl(source)) return filePath(source, 'source', 'the path of a model');
  if (types.isUint8Array(source)) return source;
  if (source !== null && typeof source === 'object' && types.isUint8Array(source.bytes)) return source.bytes;
  throw invalidArgument('source', 'the path of a model, its bytes, or the result of createModel', source);
}

/** How large it is. Throws `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`. */
export async function sourceBytes(source: string | Uint8Array): Promise<number> {
  return typeof source === 'string' ? fileSize(source) : source.length;
}

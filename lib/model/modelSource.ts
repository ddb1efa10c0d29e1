import { types } from 'node:util';
import { invalidArgument } from '../base/errors';
import type { ModelArchive } from './createModel';

/** A model: the path of its file, its bytes, or what {@link createModel} gave. */
export type ModelSource = string | Uint8Array | ModelArchive;

/** What the native layer takes: a path or bytes. */
export function nativeSource(source: ModelSource): string | Uint8Array {
  if (typeof source === 'string') {
    // An empty path would be read as "no path" further in.
    if (source === '') throw invalidArgument('source', 'a path that is not empty', source);
    return source;
  }
  if (types.isUint8Array(source)) return source;
  if (source !== null && typeof source === 'object' && types.isUint8Array(source.bytes)) return source.bytes;
  throw invalidArgument('source', 'the path of a model, its bytes, or the result of createModel', source);
}

import { KinetorchError } from '../base/errors';
import { parse } from '../base/validation';
import { partsOf } from './architectures';
import { firstMetadataSchema, metadataSchema } from './schemas';
import type { ModelMetadata } from './types';

const metadataFile = 'kinetorch.json';

/** Reads the text of `kinetorch.json`. Throws `ERR_MODEL_METADATA` where it is not what it should be. */
export function parseMetadata(text: string): ModelMetadata {
  try {
    const json = JSON.parse(text);
    return json?.formatVersion === 1 ? fromFirstVersion(json) : parse(metadataSchema, json, metadataFile);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KinetorchError('ERR_MODEL_METADATA', `the model's ${metadataFile} is damaged: ${reason}`, { cause });
  }
}

function fromFirstVersion(json: unknown): ModelMetadata {
  const stored = parse(firstMetadataSchema, json, metadataFile);
  const task = stored.training?.loss === 'bce' ? 'multilabel' : 'multiclass';
  return { ...stored, formatVersion: 2, task, ...partsOf(stored.architecture) };
}

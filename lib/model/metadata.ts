import { KinetorchError } from '../base/errors';
import { parse } from '../base/validation';
import { callNative, native } from '../native';
import { metadataSchema } from './schemas';
import type { ModelMetadata } from './types';

/** Name of the extra file inside every Kinetorch model. */
export const metadataFile = 'kinetorch.json';

/**
 * Reads `kinetorch.json` from a model file without loading the model. Null for a TorchScript file from elsewhere.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, or `ERR_MODEL_METADATA` where the
 * file is there but is not what it should be.
 */
export async function readMetadata(source: string | Uint8Array): Promise<ModelMetadata | null> {
  const text = await callNative(() => native().readExtraFile(source, metadataFile));
  if (text === null) return null;
  try {
    return parse(metadataSchema, JSON.parse(text), metadataFile);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KinetorchError('ERR_MODEL_METADATA', `the model's ${metadataFile} is damaged: ${reason}`, { cause });
  }
}

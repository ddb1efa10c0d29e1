import { badRequest } from './badRequest';

/** Throws `ERR_INVALID_ARGUMENT` for what is no JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw badRequest(`the request to be JSON but ${(cause as Error).message}`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of bytes, which have to be UTF-8. */
export function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('JSON in UTF-8 but received other bytes');
  }
}

/** Of JSON that is parsed at once. */
export const maxJsonBytes = 65_536;

/** Whether a byte is one of JSON's blanks. */
export const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** A body that has no tensors, and may be left out. */
export function readJson(body: unknown): unknown {
  const bytes = (body ?? Buffer.alloc(0)) as Buffer;
  if (bytes.length > maxJsonBytes)
    throw badRequest(`at most ${maxJsonBytes} bytes of JSON but received ${bytes.length}`);
  return bytes.length === 0 ? {} : parseJson(decode(bytes));
}

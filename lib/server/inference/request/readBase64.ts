import { badRequest } from './badRequest';
import type { TextRange } from './cutData';
import { isBlank } from './json';
import { inSlices } from './slices';

const [quote, padding] = [0x22, 0x3d];
/** Blanks before the text, and behind it: more would hold up others. */
const maxBlanks = 4096;

/**
 * The bytes of a JSON array of one text that is base64, slice by slice; see the note *JSON tensors*.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`
 */
export async function readBase64(json: Buffer, { start, end }: TextRange, name: string): Promise<Buffer> {
  let first = start + 1;
  while (first <= start + maxBlanks && isBlank(json[first])) first++;
  let last = end - 2;
  while (last >= end - maxBlanks && isBlank(json[last])) last--;
  const size = last - first - 1;
  if (json[first] !== quote || json[last] !== quote || size < 0 || size % 4 !== 0) throw noBase64(name);
  const padded = [json[last - 1], json[last - 2]].filter((byte) => byte === padding).length;
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, (size / 4) * 3 - padded));
  let written = 0;
  // What is no base64 is left out by Node.js, so that too little is written.
  await inSlices(first + 1, last, (from, to) => {
    written += bytes.write(json.toString('latin1', from, to), written, 'base64');
  });
  if (written !== bytes.length) throw noBase64(name);
  return bytes;
}

const noBase64 = (name: string) => badRequest(`data of input '${name}' in JSON to be one text, the file in base64`);

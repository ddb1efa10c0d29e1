import { setImmediate } from 'node:timers/promises';
import { describe } from '../../../base/errors';
import { badRequest } from './badRequest';
import type { TextRange } from './cutData';
import { NestedLists } from './nestedLists';
import { inSlices } from './slices';

/** What is wanted of the numbers of a tensor. */
export interface WantedNumbers<Values extends Uint8Array | Float32Array> {
  /** What errors call it. */
  name: string;
  shape: readonly number[];
  /** Of as many elements as the shape has. */
  values: Values;
}

/** Of text that becomes numbers before others have a turn: about a millisecond. */
const sliceBytes = 2 ** 16;

/** Of one number, with the blanks beside it. */
const maxNumberBytes = 4096;

const [comma, openList] = [0x2c, 0x5b];

/**
 * Reads the numbers of a JSON array, flat or nested as its shape is, into a typed array; see the note *JSON tensors*. The
 * brackets of a nested one are overwritten.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` for too few or too many, lists that are no such shape, what is no number, and
 * numbers that the typed array does not hold
 */
export async function readNumbers<Values extends Uint8Array | Float32Array>(
  text: Buffer,
  { start, end }: TextRange,
  { name, shape, values }: WantedNumbers<Values>,
): Promise<Values> {
  const nested = text.indexOf(openList, start + 1);
  if (nested >= 0 && nested < end) {
    const lists = new NestedLists(name, shape);
    await inSlices(start, end, (from, to) => lists.flatten(text, from, to));
  }
  let count = 0;
  for (let from = start + 1; from < end; ) {
    if (from > start + 1) await setImmediate();
    const limit = Math.min(end - 1, from + sliceBytes + maxNumberBytes);
    const cut = text.subarray(0, limit).indexOf(comma, from + sliceBytes);
    if (cut < 0 && limit < end - 1) {
      throw badRequest(`data of input '${name}' to be numbers of at most ${maxNumberBytes} bytes, blanks included`);
    }
    const to = cut >= 0 ? cut : end - 1;
    count = fill(values, count, numbersIn(text.toString('latin1', from, to), name), name);
    from = to + 1;
  }
  if (count !== values.length) {
    throw badRequest(`${values.length} numbers as data of input '${name}', as its shape says, but received ${count}`);
  }
  return values;
}

function numbersIn(text: string, name: string): unknown[] {
  try {
    return JSON.parse(`[${text}]`);
  } catch (cause) {
    throw badRequest(`data of input '${name}' to be numbers but ${(cause as Error).message}`);
  }
}

/** From here on, rounding to float32 gives infinity. */
const beyondFloat = 2 ** 128 - 2 ** 103;

/** Gives the number of values that there are then, more than there is room for too. */
function fill(values: Uint8Array | Float32Array, start: number, numbers: readonly unknown[], name: string): number {
  const isByte = values.BYTES_PER_ELEMENT === 1;
  let count = start;
  for (const value of numbers) {
    const isNumber = typeof value === 'number';
    const fits = isNumber && (isByte ? (value & 255) === value : Math.abs(value) < beyondFloat);
    if (!fits) {
      const wanted = isByte ? 'integers from 0 to 255' : 'finite float32 numbers';
      throw badRequest(`data of input '${name}' to be ${wanted} but received ${describe(value)}`);
    }
    values[count++] = value;
  }
  return count;
}

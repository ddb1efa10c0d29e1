/*
 * Plain objects with numbers in typed arrays, as messages between processes: JSON, in which each array is a note of its kind
 * and length, and the arrays' bytes one after the other as its payload.
 */

const kinds = { Uint8Array, Uint8ClampedArray, Float32Array, Int32Array };

type Kind = keyof typeof kinds;
type NumberArray = InstanceType<(typeof kinds)[Kind]>;

interface ArrayNote {
  $array: Kind;
  length: number;
}

export interface Packed {
  value: unknown;
  /** The arrays' own memory. */
  payload: Uint8Array[];
}

/** Undefined members are left out, as in JSON. */
export function packArrays(value: unknown): Packed {
  const payload: Uint8Array[] = [];
  const pack = (one: unknown): unknown => {
    if (isNumberArray(one)) {
      payload.push(new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
      return { $array: kindOf(one) as Kind, length: one.length } satisfies ArrayNote;
    }
    if (Array.isArray(one)) return one.map(pack);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, pack(member)]));
  };
  return { value: pack(value), payload };
}

/** Throws on a value that says other of its arrays than the payload has. */
export function unpackArrays(value: unknown, payload: Buffer): unknown {
  let taken = 0;
  const unpack = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(unpack);
    if (typeof one !== 'object' || one === null) return one;
    if ('$array' in one) {
      const { $array: kind, length } = one as ArrayNote;
      if (!Object.hasOwn(kinds, kind) || !Number.isInteger(length) || length < 0)
        throw new Error('an array of no kind');
      const bytes = length * kinds[kind].BYTES_PER_ELEMENT;
      if (bytes > payload.length - taken) throw new Error(`an array of ${length} values in ${payload.length} bytes`);
      const copy = new Uint8Array(bytes);
      copy.set(payload.subarray(taken, taken + bytes));
      taken += bytes;
      return new kinds[kind](copy.buffer);
    }
    return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, unpack(member)]));
  };
  const unpacked = unpack(value);
  if (taken !== payload.length) throw new Error(`${payload.length} bytes for arrays of ${taken}`);
  return unpacked;
}

/** By their names, as some are of another realm. */
const kindOf = (value: object): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

const isNumberArray = (value: unknown): value is NumberArray =>
  ArrayBuffer.isView(value) && Object.hasOwn(kinds, kindOf(value));

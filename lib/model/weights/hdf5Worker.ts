import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';
import { type Hdf5Answer, maxArrays, maxElements } from './hdf5Answer';

// Reads a file of HDF5 on a thread of its own (see readHdf5). jsfive is plain JavaScript: nothing in a file is run.

/** As much of jsfive as is used. */
interface Jsfive {
  File: new (bytes: ArrayBuffer, name: string) => Group;
  Group: new (...values: never[]) => Group;
  /** What undoes the packing of a chunk, by HDF5's number for it. */
  Filters: Map<number, (chunk: ArrayBuffer) => ArrayBuffer>;
}
interface Group {
  keys: string[];
  get(name: string): Group | Dataset;
}
interface Dataset {
  shape: number[];
  dtype: unknown;
  value: ArrayLike<number>;
}

const maxDepth = 16;
const maxVisits = 50_000;
const deflate = 1;
/** Of a file's chunks together, unpacked: all numbers that are taken, as doubles. */
const maxUnpackedBytes = maxElements * 8;

function read(path: string): Hdf5Answer {
  let hdf5: Jsfive;
  try {
    hdf5 = require('jsfive') as Jsfive;
  } catch {
    return { missing: true };
  }
  // jsfive's own would unpack whatever there is.
  let room = maxUnpackedBytes;
  hdf5.Filters.set(deflate, (chunk) => {
    const unpacked = inflateSync(chunk, { maxOutputLength: room });
    room = Math.max(1, room - unpacked.byteLength);
    return bufferOf(unpacked);
  });
  const file = new hdf5.File(bufferOf(readFileSync(path)), path);
  const arrays: NonNullable<Hdf5Answer['arrays']> = [];
  let elements = 0;
  let visits = 0;
  const visit = (group: Group, name: string, depth: number): void => {
    for (const key of group.keys) {
      if (++visits > maxVisits || depth === maxDepth) throw new Error('there are too many groups in it');
      const child = group.get(key);
      const path = name === '' ? key : `${name}/${key}`;
      if (child instanceof hdf5.Group) {
        visit(child, path, depth + 1);
        continue;
      }
      const { shape, dtype } = child as Dataset;
      if (dtype !== '<f4' && dtype !== '<f8') continue;
      const size = shape.reduce((product, side) => product * side, 1);
      elements += size;
      if (!(elements <= maxElements) || arrays.length === maxArrays)
        throw new Error('there are too many numbers in it');
      const data = Float32Array.from((child as Dataset).value);
      if (data.length !== size) throw new Error(`${path} has ${data.length} numbers in place of ${size}`);
      arrays.push({ name: path, shape, data });
    }
  };
  visit(file, '', 0);
  return { arrays };
}

/** The bytes as a buffer that holds nothing else: their own where it does not. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const isWhole = byteLength === buffer.byteLength;
  return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}

try {
  const answer = read(workerData as string);
  const transfer = answer.arrays?.map(({ data }) => data.buffer as ArrayBuffer);
  parentPort?.postMessage(answer, transfer);
} catch (error) {
  // jsfive also throws texts.
  parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies Hdf5Answer);
}

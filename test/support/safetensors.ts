import { closeSync, openSync, writeSync } from 'node:fs';
import { deterministicTensor } from './deterministic';

/**
 * Writes a safetensors file with a deterministic tensor for every line `name:d0,d1,…`, as fixtures list a state dict;
 * `num_batches_tracked` is an int64 zero. One tensor is held in memory at a time.
 */
export function writeDeterministicWeights(path: string, stateDict: string[]): void {
  const tensors = stateDict.map((line) => {
    const [name = '', sizes = ''] = line.split(':');
    const shape = sizes === '' ? [] : sizes.split(',').map(Number);
    const isCounter = name.endsWith('num_batches_tracked');
    const bytes = shape.reduce((product, size) => product * size, isCounter ? 8 : 4);
    return { name, shape, isCounter, bytes };
  });
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = {};
  let offset = 0;
  for (const { name, shape, isCounter, bytes } of tensors) {
    header[name] = { dtype: isCounter ? 'I64' : 'F32', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  try {
    writeSync(file, length);
    writeSync(file, text);
    for (const { name, shape, isCounter, bytes } of tensors) {
      const data = isCounter ? Buffer.alloc(bytes) : Buffer.from(deterministicTensor(name, shape).buffer);
      for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
    }
  } finally {
    closeSync(file);
  }
}

import { deterministicTensor } from './deterministic';

/** An ONNX model without nodes whose initialisers are a deterministic tensor for every line `name:d0,d1,…`. */
export function deterministicOnnx(stateDict: string[]): Buffer {
  const initializers = stateDict.map((line) => {
    const [name = '', sizes = ''] = line.split(':');
    const shape = sizes === '' ? [] : sizes.split(',').map(Number);
    const { buffer } = deterministicTensor(name, shape);
    const dims = shape.map((size) => number(1, size));
    return bytes(5, Buffer.concat([...dims, number(2, 1), bytes(8, Buffer.from(name)), bytes(9, Buffer.from(buffer))]));
  });
  const producer = bytes(2, Buffer.from('pytorch'));
  return Buffer.concat([number(1, 9), producer, bytes(7, Buffer.concat(initializers)), bytes(8, number(2, 18))]);
}

function varint(value: number): Buffer {
  const digits = [];
  for (; value >= 128; value = Math.floor(value / 128)) digits.push((value % 128) + 128);
  return Buffer.from([...digits, value]);
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, content: Buffer): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);

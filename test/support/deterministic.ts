/**
 * Deterministic tensors, bit for bit those of scripts/fixtures/deterministic.py, whose docstring gives the formula.
 * The 64-bit hash is computed in 32-bit halves: BigInt would take minutes for a network's weights.
 */

// Looked up once: in Jest's sandbox every access to a global costs more than the arithmetic.
const { floor, imul, sqrt } = Math;

/** Fills the tensor `name` of `shape`, row-major. Not for `num_batches_tracked`, which is int64 zero. */
export function deterministicTensor(name: string, shape: number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const { centre, scale } = rangeOf(name, shape, count);
  const values = new Float32Array(count);
  const [hashHigh, hashLow] = fnv1a(name);
  let high = hashHigh;
  let low = hashLow;
  for (let i = 0; i < count; i++) {
    // state += 0x9E3779B97F4A7C15
    const sum = low + 0x7f4a7c15;
    low = sum >>> 0;
    high = (high + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    values[i] = centre + scale * (mixedTop24(high, low) / 8388608 - 1);
  }
  return values;
}

/** The input clip of the reference logits: N×3×T×H×W. */
export function deterministicClip(shape: number[]): Float32Array {
  return deterministicTensor('clip', shape);
}

function rangeOf(name: string, shape: number[], count: number): { centre: number; scale: number } {
  if (name.endsWith('running_var')) return { centre: 1, scale: 0.25 };
  if (name.endsWith('running_mean') || name.endsWith('bias')) return { centre: 0, scale: 0.1 };
  if (name.endsWith('weight') && shape.length >= 2) {
    return { centre: 0, scale: sqrt(3 / (count / (shape[0] as number))) };
  }
  return name.endsWith('weight') ? { centre: 1, scale: 0.1 } : { centre: 0, scale: 1 };
}

function fnv1a(name: string): [high: number, low: number] {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}

/** The highest 24 bits of splitmix64's finaliser. */
function mixedTop24(high: number, low: number): number {
  // x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9
  let l = low ^ ((low >>> 30) | (high << 2));
  let h = high ^ (high >>> 30);
  h = (highProduct(l, 0x1ce4e5b9) + imul(h, 0x1ce4e5b9) + imul(l, 0xbf58476d)) | 0;
  l = imul(l, 0x1ce4e5b9);
  // x = (x ^ x >>> 27) * 0x94D049BB133111EB
  const l2 = l ^ ((l >>> 27) | (h << 5));
  h = h ^ (h >>> 27);
  h = (highProduct(l2, 0x133111eb) + imul(h, 0x133111eb) + imul(l2, 0x94d049bb)) | 0;
  // x ^ x >>> 31 changes the low half and the lowest bit of the high half alone, which x >>> 40 drops.
  return h >>> 8;
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + floor(middle / 65536) + ((middle % 65536) + a0 * b1) / 65536) | 0;
}

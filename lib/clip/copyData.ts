/** A copy of a clip's or a tensor's values. A Buffer's own `slice` would be the same memory. */
export function copyData<Data extends Uint8Array | Uint8ClampedArray | Float32Array>(data: Data): Data {
  return Uint8Array.prototype.slice.call(data) as Data;
}

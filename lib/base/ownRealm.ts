/**
 * The same memory as an array of this module's realm. Under Jest, and wherever else modules run in a context of their own,
 * the addon makes its arrays in Node's: there, no `instanceof` of the caller's would know them.
 */
export function ownRealm(array: Float32Array): Float32Array;
export function ownRealm(array: Uint8Array): Uint8Array;
export function ownRealm(array: Float32Array | Uint8Array): Float32Array | Uint8Array {
  if (array instanceof Float32Array || array instanceof Uint8Array) return array;
  const { buffer, byteOffset, length, BYTES_PER_ELEMENT } = array as Float32Array | Uint8Array;
  return BYTES_PER_ELEMENT === 4
    ? new Float32Array(buffer, byteOffset, length)
    : new Uint8Array(buffer, byteOffset, length);
}

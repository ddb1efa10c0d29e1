/** What native/binding's own functions take from JavaScript: a kind of declared.mjs, of the value or member they read. */
export const readers = {
  textOf: 'string',
  numberOf: 'number',
  integerOf: 'number',
  flagOf: 'boolean',
  rangeOf: 'array',
  integersOf: 'array',
  numbersOf: 'array',
  tripleOf: 'array',
  floatsOf: 'typed array',
  textsOf: 'array',
  toBytes: 'typed array',
  toSource: 'string | typed array',
};

const views = /^(TypedArray|Uint8Array|Int32Array|Float32Array)$/;

/** What `As<Napi::…>` takes. */
export function kindOfNapi(type) {
  return views.test(type) ? 'typed array' : type.toLowerCase();
}

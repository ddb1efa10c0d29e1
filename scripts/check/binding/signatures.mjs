import { kindOfNapi, readers } from './readers.mjs';
import { block } from './sources.mjs';

const promiseMakers = /\b(begin|runOn|runInBackground|enqueue|makeHosted|disposeHosted)\(/;

/**
 * Compares parameters, their number and, where C++ names it, their kind, and whether a call gives nothing, a promise or a
 * value. Arguments are read as `info[0]`, …, in the registered functions themselves and nowhere else.
 */
export function signatureDifferences(signatures, sources) {
  const differences = [];
  const handlers = handlersOf(sources);
  for (const [name, declared] of signatures) {
    const handler = handlers.get(name);
    if (handler === undefined) differences.push(`native/binding registers no ${name} that this check can find`);
    else differences.push(...compare(name, declared, handler));
  }
  const bodies = [...handlers.values()];
  for (const { file, code } of sources) {
    for (const { index } of code.matchAll(/\binfo\s*\[/g)) {
      const isInside = bodies.some((body) => body.file === file && index > body.from && index < body.to);
      if (!isInside)
        differences.push(`${file}:${lineOf(code, index)} reads an argument outside of a registered function`);
    }
  }
  return differences;
}

function compare(name, declared, { file, text, isVoid }) {
  const differences = [];
  const read = argumentsOf(text);
  const returns = isVoid ? 'void' : promiseMakers.test(text) ? 'promise' : 'value';
  if (returns !== declared.returns) {
    differences.push(`${name} returns: ${declared.returns} in binding.d.ts, ${returns} in ${file}`);
  }
  const indices = [...read.keys()].sort((a, b) => a - b);
  if (indices.length !== declared.parameters.length || indices.some((index, place) => index !== place)) {
    const found = indices.map((index) => `info[${index}]`).join(', ') || 'none';
    differences.push(`${name}: ${declared.parameters.length} parameters in binding.d.ts, ${file} reads ${found}`);
    return differences;
  }
  for (const [index, kind] of declared.parameters.entries()) {
    for (const taken of read.get(index)) {
      if (taken !== kind) {
        differences.push(`${name}, info[${index}]: ${kind} in binding.d.ts, ${file} reads ${taken}`);
      }
    }
  }
  return differences;
}

/** Index to the kinds it is read as: none where a function that this check does not know reads it. */
function argumentsOf(body) {
  const read = new Map();
  for (const { index: at, 0: whole, 1: index } of body.matchAll(/\binfo\[(\w+)\]/g)) {
    const as = /^\s*\.As<Napi::(\w+)>/.exec(body.slice(at + whole.length))?.[1];
    const reader = /(\w+)\($/.exec(body.slice(0, at))?.[1];
    const kind = as !== undefined ? kindOfNapi(as) : readers[reader];
    const kinds = read.get(Number(index)) ?? new Set();
    read.set(Number(index), kind === undefined ? kinds : kinds.add(kind));
  }
  return read;
}

/** JavaScript's name of each registered function and method to the body of the C++ function behind it. */
function handlersOf(sources) {
  const handlers = new Map();
  for (const source of sources) {
    for (const [, name, handler] of source.text.matchAll(/\bSet\(\s*"(\w+)",\s*Napi::Function::New<(\w+)>/g)) {
      handlers.set(name, bodyOf(handler, [source]) ?? bodyOf(handler, sources));
    }
    const className = /\bDefineClass\(\s*\w+,\s*"(\w+)"/.exec(source.text)?.[1];
    for (const [, handler, name] of source.text.matchAll(/\b(?:Static|Instance)Method<&(\w+::\w+)>\(\s*"(\w+)"/g)) {
      handlers.set(`${className}.${name}`, bodyOf(handler, sources));
    }
  }
  return new Map([...handlers].filter(([, body]) => body !== undefined));
}

function bodyOf(handler, sources) {
  const head = new RegExp(`\\b(\\S+) ${handler}\\(const Napi::CallbackInfo&( info)?\\)( const)? \\{`);
  for (const { file, text, code } of sources) {
    const found = head.exec(code);
    if (found === null) continue;
    const { from, to } = block(code, found.index + found[0].length - 1);
    return { file, from, to, text: text.slice(from, to), isVoid: found[1] === 'void' };
  }
  return undefined;
}

function lineOf(code, index) {
  return code.slice(0, index).split('\n').length;
}

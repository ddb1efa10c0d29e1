import { kindOfNapi, readers } from './readers.mjs';
import { block } from './sources.mjs';

// What the addon and Node say to each other, which binding.d.ts has nothing to do with.
const notOfTheContract = ['native/binding/environment.cpp', 'native/binding/environment.h'];

/**
 * Compares the properties of binding.d.ts's interfaces with those that C++ reads and writes by name, as one set: which
 * object a name belongs to is not followed. Metrics are written under the names that objectives in native/training give
 * them.
 */
export function memberDifferences(declared, sources, training) {
  const used = new Map(training.flatMap(metricsOf).map((name) => [name, new Set(['number'])]));
  for (const { file, text } of sources) {
    if (notOfTheContract.includes(file)) continue;
    for (const { name, kind } of membersOf(text)) {
      const kinds = used.get(name) ?? new Set();
      used.set(name, kind === undefined ? kinds : kinds.add(kind));
    }
  }
  const differences = [];
  for (const [name, kinds] of declared) {
    if (!used.has(name))
      differences.push(`binding.d.ts has a member ${name}, native/binding neither reads nor writes it`);
    for (const kind of used.get(name) ?? []) {
      if (!kinds.has(kind)) {
        differences.push(`${name}: ${[...kinds].join(' or ')} in binding.d.ts, native/binding reads ${kind}`);
      }
    }
  }
  for (const name of used.keys()) {
    if (!declared.has(name)) differences.push(`native/binding uses a member ${name}, binding.d.ts has none`);
  }
  return differences;
}

function* membersOf(text) {
  // numberOf(object, "width")
  for (const [, reader, name] of text.matchAll(/\b(\w+)\(\s*\w+,\s*"(\w+)"\)/g)) {
    if (reader in readers) yield { name, kind: readers[reader] };
  }
  // numbersOf(object.Get("mean")), object.Get("mean").As<Napi::Array>()
  for (const { index, 0: whole, 1: name } of text.matchAll(/\b\w+\.Get\(\s*"(\w+)"\s*\)/g)) {
    const as = /^\s*\.As<Napi::(\w+)>/.exec(text.slice(index + whole.length))?.[1];
    const reader = /(\w+)\($/.exec(text.slice(0, index))?.[1];
    yield { name, kind: as !== undefined ? kindOfNapi(as) : readers[reader] };
  }
  // object.Set("runMs", …)
  for (const [, object, name] of text.matchAll(/\b(\w+)\.Set\(\s*"(\w+)"/g)) {
    if (object !== 'exports') yield { name };
  }
}

/** Names in the lists that functions called `metrics` return. */
function metricsOf({ text, code }) {
  return [...code.matchAll(/::metrics\([^;{]*\{/g)].flatMap(({ index, 0: head }) => {
    const { from, to } = block(code, index + head.length - 1);
    return [...text.slice(from, to).matchAll(/\{\s*"(\w+)",/g)].map(([, name]) => name);
  });
}

import { mutateBytes } from './mutateBytes';
import type { Random } from './random';

/** What stands in JSON as it is, also where it is none. */
class Literal {
  constructor(readonly text: string) {}
}

type Node = Record<string, unknown> | unknown[];

const literals = [
  ...[
    '1e400',
    '-1e400',
    '1e-400',
    '-0',
    '0',
    '-1',
    '0.5',
    '255.0',
    '2.55e2',
    '9007199254740993',
    '18446744073709551616',
  ],
  ...[
    'NaN',
    '-Infinity',
    '0x10',
    '01',
    '+1',
    '1.',
    '',
    'undefined',
    "'x'",
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
    '"a\nb"',
  ],
  ...[`1${'0'.repeat(400)}`, `0.${'0'.repeat(5000)}1`, `"${'x'.repeat(70_000)}"`, `${' '.repeat(100_000)}1`],
  ...[`${'['.repeat(99)}${']'.repeat(99)}`, '['.repeat(100_000), '{"a":'.repeat(100_000), '[[[[1],2],3],{}]'],
].map((text) => new Literal(text));
const values = [
  ...[
    null,
    true,
    false,
    {},
    [],
    '',
    'frames',
    'logits',
    '\u0000',
    '../../etc/passwd',
    '💥',
    '__proto__',
    1,
    -1,
    2 ** 31,
  ],
  ...[2 ** 53, 2 ** 60, [-1], [0], [2, -5], [1, 1, 1, 3], [2 ** 30, 2 ** 30, 2 ** 30, 3], new Array(2000).fill(1)],
  ...[{ binary_data_size: 12 }, { binary_data_size: -1 }, { binary_data_size: 2 ** 52 }, { classification: 2 ** 31 }],
];
const keys = [
  '__proto__',
  'constructor',
  'toString',
  'data',
  'shape',
  'name',
  '',
  '\u0000',
  'd\\u0061ta',
  'parameters',
];

/**
 * The text of a document with a few faults: nodes that are other values, or missing, or there twice; keys that nobody knows;
 * numbers that no double is; and, once in five times, text that is no JSON.
 */
export function mutateJson(document: object, random: Random): Buffer {
  const root = structuredClone(document) as Node;
  for (let faults = 1 + random.below(2); faults > 0; faults--) mutateNode(root, random);
  const text = Buffer.from(textOf(root, random));
  return random.once(5) ? mutateBytes(text, random) : text;
}

function mutateNode(root: Node, random: Random): void {
  const all = nodesOf(root);
  const node = random.pick(all);
  const key = random.pick(Object.keys(node).length > 0 ? Object.keys(node) : ['0']) as keyof Node;
  switch (random.below(6)) {
    case 0:
      node[key] = random.pick(literals) as never;
      break;
    case 1:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
      break;
    case 2:
      if (Array.isArray(node)) node.push(node[key]);
      else put(node, random.pick(keys), pickValue(random));
      break;
    case 3:
      node[key] = [node[key]] as never;
      break;
    default:
      node[key] = pickValue(random) as never;
  }
}

/** One of its own, which may be changed. */
const pickValue = (random: Random): unknown => structuredClone(random.pick(values));

/** Also where the name means something to JavaScript. */
function put(node: Node, key: string, value: unknown): void {
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
}

function nodesOf(node: unknown): Node[] {
  if (typeof node !== 'object' || node === null || node instanceof Literal) return [];
  return [node as Node, ...Object.values(node).flatMap(nodesOf)];
}

/** Once in forty times an entry stands there twice. */
function textOf(value: unknown, random: Random): string {
  if (value instanceof Literal) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => textOf(one, random)).join(',')}]`;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const entry = `${key.includes('\\') ? `"${key}"` : JSON.stringify(key)}:${textOf(one, random)}`;
    return random.once(40) ? [entry, entry] : [entry];
  });
  return `{${entries.join(',')}}`;
}

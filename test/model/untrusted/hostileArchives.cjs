// Model files that nobody would make by accident, out of a sound one.

const { deflateRawSync } = require('node:zlib');
const {
  Call,
  Global,
  Instance,
  Persistent,
  Raw,
  readPickle,
  readZip,
  Tuple,
  writePickle,
  writeZip,
} = require('../../support/torchArchive.cjs');

const int64 = { largest: 2n ** 63n - 1n, smallest: -(2n ** 63n) };

/** The sound archive with its entries changed: `change` may give another content, or null for none. */
function withEntries(bytes, change) {
  const entries = readZip(bytes).map(({ name, content }) => ({ name, content: change(name, content) }));
  return writeZip(entries.filter(({ content }) => content !== null));
}

const withEntry = (bytes, end, content) =>
  withEntries(bytes, (name, old) =>
    name.endsWith(end) ? (typeof content === 'function' ? content(old) : content) : old,
  );

const withMore = (bytes, ...more) => {
  const entries = readZip(bytes);
  const [root] = entries[0].name.split('/', 1);
  return writeZip([...entries, ...more.map(({ name, ...rest }) => ({ name: `${root}/${name}`, ...rest }))]);
};

/** With the module tree of data.pkl changed. */
const withTree = (bytes, change) =>
  withEntry(bytes, '/data.pkl', (pickle) => {
    const root = readPickle(pickle);
    return writePickle(change(root) ?? root);
  });

/** With the head's bias given another storage, offset, size and strides. */
const withBias = (bytes, change) =>
  withTree(bytes, (root) => {
    const [storage, offset, size, strides] = root.state.get('fc').state.get('bias').parameters.items;
    const [, type, key, , elements] = storage.id.items;
    const parts = { type, key, elements, offset, size: size.items, strides: strides.items };
    const now = { ...parts, ...change(parts) };
    const id = new Tuple(['storage', now.type, now.key, 'cpu', now.elements]);
    root.state
      .get('fc')
      .state.get('bias')
      .parameters.items.splice(0, 4, new Persistent(id), now.offset, new Tuple(now.size), new Tuple(now.strides));
  });

const withAttribute = (bytes, value) => withTree(bytes, (root) => void root.state.set('spare', value(root)));

/** A class whose objects write a file as they are loaded. */
function withSpy(bytes, path) {
  const spy = new Instance(new Global('__torch__ Spy'));
  spy.state = 0;
  const code = [
    'class Spy(Module):',
    '  __parameters__ = []',
    '  __buffers__ = []',
    '  def __getstate__(self: __torch__.Spy) -> int:',
    '    return 0',
    '  def __setstate__(self: __torch__.Spy, state: int) -> NoneType:',
    `    torch.save(state, "${path}")`,
    '    return None',
    '',
  ].join('\n');
  const spied = withEntries(
    withAttribute(bytes, () => spy),
    (name, content) => {
      // The root's class declares the attribute.
      const isCode = name.includes('/code/') && name.endsWith('.py');
      if (!isCode) return name.includes('/code/') ? null : content;
      const root = readPickle(readZip(bytes).find((entry) => entry.name.endsWith('/data.pkl')).content).type.name;
      const text = content.toString();
      const [module, type] = root.split(' ');
      if (!name.endsWith(`/code/${module.replaceAll('.', '/')}.py`)) return content;
      return text.replace(`class ${type}(Module):\n`, (head) => `${head}  spare : __torch__.Spy\n`);
    },
  );
  return withMore(spied, { name: 'code/__torch__.py', content: code });
}

const metadata = (change) => (bytes) =>
  withEntry(bytes, 'extra/kinetorch.json', (text) => JSON.stringify({ ...JSON.parse(text), ...change }));

/** By name: how it is made of the sound archive, and whether it gives what that gives or is refused. */
const hostileArchives = {
  'tuples nested a million deep in data.pkl': ['refused', (b) => withEntry(b, '/data.pkl', nestedTuples())],
  'tuples nested deep in an attribute': ['right', (b) => withAttribute(b, () => new Raw(nest(100_000)))],
  'tuples nested three million deep in an attribute': [
    'refused',
    (b) => withAttribute(b, () => new Raw(nest(3_000_000))),
  ],
  'tuples nested a million deep in constants.pkl': ['right', (b) => withEntry(b, '/constants.pkl', nestedTuples())],
  'a hundred thousand parentheses in code': [
    'refused',
    (b) => withMore(b, { name: 'code/__torch__/deep.py', content: `${'('.repeat(100_000)}` }),
  ],
  'code that is none': ['right', (b) => withMore(b, { name: 'code/__torch__/no.py', content: 'class ((( \x00 def' })],
  'a deflate bomb in code': [
    'refused',
    (b) => withMore(b, { name: 'code/__torch__/bomb.py', ...deflated(Buffer.alloc(100_000_000)) }),
  ],
  'a deflate bomb that says it is small': [
    'refused',
    (b) =>
      withMore(b, {
        name: 'code/__torch__/bomb.py',
        content: deflated(Buffer.alloc(100_000_000)).content,
        deflated: 10,
      }),
  ],
  'deflated data': ['refused', (b) => withMore(b, { name: 'data/99999', ...deflated(Buffer.alloc(10_000_000)) })],
  'an enormous shape': ['refused', (b) => withBias(b, () => ({ size: [int64.largest] }))],
  'a shape whose product overflows': [
    'refused',
    (b) => withBias(b, () => ({ size: [2n ** 32n, 2n ** 32n, 6], strides: [1, 1, 1] })),
  ],
  'a negative size': ['refused', (b) => withBias(b, () => ({ size: [-6] }))],
  'more dimensions than there are': [
    'refused',
    (b) => withBias(b, () => ({ size: Array(1000).fill(1), strides: Array(1000).fill(1) })),
  ],
  'a negative stride': ['refused', (b) => withBias(b, () => ({ strides: [-1] }))],
  'a stride that overflows': ['refused', (b) => withBias(b, () => ({ strides: [int64.largest] }))],
  'fewer strides than sizes': ['refused', (b) => withBias(b, () => ({ strides: [] }))],
  'overlapping elements': ['refused', (b) => withBias(b, () => ({ strides: [0] }))],
  'an offset beyond the storage': ['refused', (b) => withBias(b, () => ({ offset: 1 }))],
  'an offset that overflows': ['refused', (b) => withBias(b, () => ({ offset: int64.largest }))],
  'a negative offset': ['refused', (b) => withBias(b, () => ({ offset: int64.smallest }))],
  'a storage of more elements than its file': ['refused', (b) => withBias(b, () => ({ elements: 7 }))],
  'a storage of fewer': ['refused', (b) => withBias(b, () => ({ elements: -1 }))],
  'a storage that is not there': ['refused', (b) => withBias(b, () => ({ key: '99999' }))],
  'a storage outside of the archive': ['refused', (b) => withBias(b, () => ({ key: '../../etc/passwd' }))],
  'another type of number': [
    'refused',
    (b) => withBias(b, () => ({ type: new Global('torch DoubleStorage'), elements: 3 })),
  ],
  'a type that is none': ['refused', (b) => withBias(b, () => ({ type: new Global('os system') }))],
  'a missing tensor': ['refused', (b) => withTree(b, (root) => void root.state.get('fc').state.delete('bias'))],
  'None for a tensor': ['refused', (b) => withTree(b, (root) => void root.state.get('fc').state.set('bias', null))],
  'a tensor too many': ['refused', (b) => withAttribute(b, (root) => root.state.get('fc').state.get('bias'))],
  'tensors in a list': ['refused', (b) => withAttribute(b, (root) => [[root.state.get('fc').state.get('bias')]])],
  'a tensor twice': ['refused', (b) => withTree(b, twice)],
  'a module that holds itself': ['refused', (b) => withEntry(b, '/data.pkl', selfHolding)],
  'modules that hold each other twice': ['refused', (b) => withAttribute(b, () => new Raw(doubling(60)))],
  'a list that holds itself': ['right', (b) => withAttribute(b, () => new Raw(']r\xff\x00\x00\x00j\xff\x00\x00\x00a'))],
  'a call of the system': [
    'right',
    (b) => withAttribute(b, () => new Call(new Global('os system'), new Tuple(['exit 1']))),
  ],
  'a dict for a module': ['refused', (b) => withTree(b, (root) => root.state)],
  'a pickle that ends early': ['refused', (b) => withEntry(b, '/data.pkl', (old) => old.subarray(0, old.length - 10))],
  'a pickle that goes on': ['refused', (b) => withEntry(b, '/data.pkl', (old) => Buffer.concat([old, old]))],
  'a pickle of 40 MB': ['refused', (b) => withEntry(b, '/data.pkl', Buffer.alloc(40_000_000, 'N'))],
  'an empty pickle': ['refused', (b) => withEntry(b, '/data.pkl', '')],
  'no pickle': ['refused', (b) => withEntry(b, '/data.pkl', null)],
  'no constants': ['refused', (b) => withEntry(b, '/constants.pkl', null)],
  'another byte order': ['refused', (b) => withEntry(b, '/byteorder', 'big')],
  'a name twice': ['refused', (b) => withMore(b, { name: 'data/0', content: Buffer.alloc(4) })],
  'a name that leads out': ['refused', (b) => withMore(b, { name: '../../out', content: 'x' })],
  'a million classes': ['refused', metadata({ labels: Array.from({ length: 1_000_000 }, (_, i) => `${i}`) })],
  'another architecture': ['refused', metadata({ architecture: 'r3d_18' })],
  'an architecture from elsewhere': ['refused', metadata({ architecture: 'custom' })],
  'metadata nested deeply': ['refused', (b) => withEntry(b, 'extra/kinetorch.json', '['.repeat(1_000_000))],
  'no metadata': ['refused', (b) => withEntry(b, 'extra/kinetorch.json', null)],
};

function nest(depth) {
  return Buffer.concat([Buffer.from('N'), Buffer.alloc(depth, 0x85)]);
}

function nestedTuples() {
  return Buffer.concat([Buffer.from([128, 2]), nest(1_000_000), Buffer.from('.')]);
}

function deflated(content) {
  return { content: deflateRawSync(content), deflated: content.length };
}

/** A second `bias` behind the first, of an object that has attributes by their names. */
function twice(root) {
  const fc = root.state.get('fc');
  const members = [...fc.state, ['bias', fc.state.get('bias')]];
  const code = members.flat().map((part) => writePickle(part).subarray(2, -1));
  fc.state = new Raw(Buffer.concat([Buffer.from('}('), ...code, Buffer.from('u')]));
}

function selfHolding(pickle) {
  const root = readPickle(pickle);
  root.state.set('spare', new Raw('j\xff\x00\x00\x00'));
  const state = writePickle(root.state).subarray(2, -1);
  const begin = Buffer.from(`\x80\x02c${root.type.name.replace(' ', '\n')}\n)\x81r\xff\x00\x00\x00`, 'latin1');
  return Buffer.concat([begin, state, Buffer.from('b.')]);
}

/** Each with the one before as two attributes: 2^depth ways to the first. */
function doubling(depth) {
  const made = 'c__torch__\nHolder\n)\x81';
  const size = '\x01\x00\x00\x00';
  const key = (level) => `${String.fromCharCode(level)}\x01\x00\x00`;
  let code = `${made}}b` + `r${key(0)}0`;
  for (let level = 1; level <= depth; level++) {
    const inner = `j${key(level - 1)}`;
    code += `${made}}(X${size}a${inner}X${size}b${inner}ubr${key(level)}0`;
  }
  return Buffer.from(`${code}j${key(depth)}`, 'latin1');
}

module.exports = { hostileArchives, withSpy };

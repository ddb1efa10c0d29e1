// TorchScript archives taken apart and put together again, for tests that make hostile ones.

const { crc32, inflateRawSync } = require('node:zlib');

/**
 * @param {Uint8Array} bytes a zip as LibTorch writes it
 * @returns {{ name: string, content: Buffer }[]}
 */
function readZip(bytes) {
  const zip = Buffer.from(bytes);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const name = zip.toString('utf8', at + 46, at + 46 + nameSize);
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const stored = zip.subarray(begin, begin + zip.readUInt32LE(at + 20));
    const content = zip.readUInt16LE(at + 10) === 0 ? stored : inflateRawSync(stored);
    at += 46 + nameSize + extraSize + commentSize;
    return { name, content };
  });
}

/**
 * @param {{ name: string, content: Uint8Array | string, deflated?: number }[]} entries `deflated`: the content is, and
 * claims to be so many bytes
 * @returns {Buffer}
 */
function writeZip(entries) {
  const parts = [];
  const directory = [];
  let size = 0;
  for (const { name, content, deflated } of entries) {
    const [path, data] = [Buffer.from(name), Buffer.from(content)];
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(deflated === undefined ? 0 : 8, 4);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(data.length, 14);
    header.writeUInt32LE(deflated ?? data.length, 18);
    header.writeUInt16LE(path.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(size, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), header, rest, path);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), header, path, data);
    size += 4 + header.length + path.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(size, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** A name of Python's, `module name`. */
class Global {
  constructor(name) {
    this.name = name;
  }
}

/** What a class makes of a state. */
class Instance {
  constructor(type) {
    this.type = type;
    this.state = undefined;
  }
}

/** A function's name and what it is called with. */
class Call {
  constructor(callee, parameters) {
    this.callee = callee;
    this.parameters = parameters;
  }
}

class Tuple {
  constructor(items) {
    this.items = items;
  }
}

/** A storage. */
class Persistent {
  constructor(id) {
    this.id = id;
  }
}

/** Opcodes as they are. */
class Raw {
  constructor(code) {
    this.code = code;
  }
}

/** Reads a data.pkl as LibTorch writes it. Dicts are Maps, lists arrays. */
function readPickle(pickle) {
  const [stack, marks, memo] = [[], [], new Map()];
  let at = 0;
  const take = (size) => {
    at += size;
    return pickle.subarray(at - size, at);
  };
  const line = () => {
    const begin = at;
    at = pickle.indexOf(10, at) + 1;
    return pickle.toString('latin1', begin, at - 1);
  };
  const popToMark = () => stack.splice(marks.pop());
  const pop = (count) => stack.splice(-count);
  const opcodes = {
    128: () => take(1),
    40: () => marks.push(stack.length),
    41: () => stack.push(new Tuple([])),
    74: () => stack.push(take(4).readInt32LE()),
    75: () => stack.push(take(1)[0]),
    77: () => stack.push(take(2).readUInt16LE()),
    78: () => stack.push(null),
    81: () => stack.push(new Persistent(stack.pop())),
    82: () => stack.push(new Call(...pop(2))),
    88: () => stack.push(take(take(4).readUInt32LE()).toString()),
    93: () => stack.push([]),
    97: () => stack.at(-2).push(stack.pop()),
    98: () => {
      const state = stack.pop();
      stack.at(-1).state = state;
    },
    99: () => stack.push(new Global(`${line()} ${line()}`)),
    101: () => {
      const items = popToMark();
      stack.at(-1).push(...items);
    },
    104: () => stack.push(memo.get(take(1)[0])),
    106: () => stack.push(memo.get(take(4).readUInt32LE())),
    113: () => memo.set(take(1)[0], stack.at(-1)),
    114: () => memo.set(take(4).readUInt32LE(), stack.at(-1)),
    116: () => stack.push(new Tuple(popToMark())),
    117: () => {
      const items = popToMark();
      for (let i = 0; i < items.length; i += 2) stack.at(-1).set(items[i], items[i + 1]);
    },
    125: () => stack.push(new Map()),
    129: () => stack.push(new Instance(pop(2)[0])),
    133: () => stack.push(new Tuple(pop(1))),
    134: () => stack.push(new Tuple(pop(2))),
    135: () => stack.push(new Tuple(pop(3))),
    136: () => stack.push(true),
    137: () => stack.push(false),
    138: () => {
      const digits = take(take(1)[0]);
      stack.push(Number(digits.length === 0 ? 0 : digits.readIntLE(0, Math.min(6, digits.length))));
    },
  };
  for (let opcode = take(1)[0]; opcode !== 46; opcode = take(1)[0]) {
    if (!opcodes[opcode]) throw new Error(`opcode ${opcode}`);
    opcodes[opcode]();
  }
  return stack[0];
}

/** The pickle of a value as {@link readPickle} gives it. */
function writePickle(value) {
  return Buffer.concat([Buffer.from([128, 2]), codeOf(value), Buffer.from('.')]);
}

function codeOf(value) {
  const join = (...parts) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  if (value === null) return join('N');
  if (value === true) return join('\x88');
  if (value === false) return join('\x89');
  if (typeof value === 'bigint' || typeof value === 'number') {
    const digits = Buffer.alloc(10);
    digits.writeUInt16LE(0x088a);
    digits.writeBigInt64LE(BigInt(value), 2);
    return digits;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(text.length);
    return join('X', size, text);
  }
  if (value instanceof Raw) return join(value.code);
  if (value instanceof Global) return join(`c${value.name.replace(' ', '\n')}\n`);
  if (value instanceof Tuple) return join('(', ...value.items.map(codeOf), 't');
  if (value instanceof Persistent) return join(codeOf(value.id), 'Q');
  if (value instanceof Call) return join(codeOf(value.callee), codeOf(value.parameters), 'R');
  if (value instanceof Instance) {
    const made = join(codeOf(value.type), ')\x81');
    return value.state === undefined ? made : join(made, codeOf(value.state), 'b');
  }
  if (Array.isArray(value)) return join('](', ...value.map(codeOf), 'e');
  if (value instanceof Map) return join('}(', ...[...value].flat().map(codeOf), 'u');
  throw new Error(`no pickle of ${value}`);
}

module.exports = { Call, Global, Instance, Persistent, Raw, readPickle, readZip, Tuple, writePickle, writeZip };

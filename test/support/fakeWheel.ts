import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** A zip member: its name and content. */
export type Members = Record<string, string | Buffer>;

const dist = 'torch-9.8.7+cpu.dist-info';
const shared = { linux: ['lib', '.so'], darwin: ['lib', '.dylib'], win32: ['', '.dll'] }[process.platform as 'linux'];

/** `torch/lib/libc10.so`, as this platform names it. */
export function libraryPath(name: string): string {
  return `torch/lib/${shared[0]}${name}${shared[1]}`;
}

/** What a torch wheel holds, in small: needed libraries, unneeded ones, headers, Python, licences. */
export function wheelMembers(): Members {
  return {
    'torch/__init__.py': 'raise SystemExit("Python is never run")\n',
    'torch/version.py': "__version__ = '9.8.7+cpu'\n",
    [libraryPath('c10')]: Buffer.alloc(3000, 'c10'),
    [libraryPath('torch_cpu')]: Buffer.alloc(2_000_000, 'torch_cpu'),
    [libraryPath('torch_python')]: Buffer.alloc(1000, 'python'),
    'torch/include/torch/csrc/jit/api/module.h': '#pragma once\n',
    'torch/include/c10/macros/Macros.h': '#pragma once\n',
    [`${dist}/METADATA`]: 'Name: torch\n',
    [`${dist}/licenses/LICENSE`]: 'BSD-3-Clause\n',
  };
}

/** RECORD of some members, as pip writes it, in the wheel's `<name>-<version>.dist-info`. */
export function recordOf(members: Members, info = dist): Members {
  const lines = Object.entries(members).map(([name, content]) => {
    const hash = createHash('sha256').update(content).digest('base64url');
    return `${name},sha256=${hash},${Buffer.byteLength(content)}`;
  });
  return { [`${info}/RECORD`]: [...lines, `${info}/RECORD,,`, ''].join('\n') };
}

/** A zip archive: deflated members, central directory, end record. Names are taken as they are, bad ones too. */
export function zipOf(members: Members): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed);
    const trailer = Buffer.alloc(14);
    trailer.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, trailer, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(members).length, 4);
  end.writeUInt16LE(Object.keys(members).length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

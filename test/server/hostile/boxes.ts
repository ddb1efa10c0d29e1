/** Where in an MP4 the tables of its first track are. */
export const sampleTable = 'moov/trak/mdia/minf/stbl';

/** One box of an MP4: its size, its type of four letters, its content. */
export function box(type: string, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  return Buffer.concat([numbers(8 + bytes.length), Buffer.from(type, 'latin1'), bytes]);
}

/** Of 4 bytes each, the highest first. */
export function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, 4 * i);
  });
  return bytes;
}

/** How a box is replaced: by its content. */
type Edit = (content: Buffer) => Buffer;

/**
 * An MP4 with the content of one box changed, the sizes above it following. FFmpeg writes the boxes that describe a file behind
 * its media, so that no place of media moves.
 *
 * @param path types from the outside to the inside: `moov/trak/mdia/minf/dinf/dref`
 */
export function editBox(bytes: Buffer, path: string, edit: Edit): Buffer {
  const [type, ...inner] = path.split('/');
  const parts: Buffer[] = [];
  let isFound = false;
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    const part = bytes.subarray(at, at + size);
    at += size;
    if (isFound || part.toString('latin1', 4, 8) !== type) {
      parts.push(part);
      continue;
    }
    isFound = true;
    const content = part.subarray(8);
    parts.push(box(type as string, inner.length === 0 ? edit(content) : editBox(content, inner.join('/'), edit)));
  }
  if (!isFound) throw new Error(`no box ${type}`);
  return Buffer.concat(parts);
}

/** One element of Matroska; `id` in hexadecimal. */
export function element(id: string, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(2n ** 56n + BigInt(bytes.length));
  return Buffer.concat([Buffer.from(id, 'hex'), size, bytes]);
}

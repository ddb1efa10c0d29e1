import { crc32, deflateSync } from 'node:zlib';
import { box, editBox, numbers, sampleTable } from './boxes';

/** With what comes before each picture of several. */
const picture = (width: number, height: number) => {
  const descriptor = Buffer.from('!\xf9\x04\0\0\0\0\0,\0\0\0\0\0\0\0\0\0\x02\x02D\x01\0', 'latin1');
  descriptor.writeUInt16LE(width, 13);
  descriptor.writeUInt16LE(height, 15);
  return descriptor;
};

/** Black, of one picture of which nothing is there. */
export function gif(width: number, height: number): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return Buffer.concat([head, picture(width, height), Buffer.from(';')]);
}

/** A GIF of so many pictures of a pixel. */
export function manyPictures(count: number): Buffer {
  const head = gif(1, 1).subarray(0, 19);
  return Buffer.concat([head, ...Array.from({ length: count }, () => picture(1, 1)), Buffer.from(';')]);
}

/** As many samples of a byte as said, in one chunk. */
export function manySamples(mp4: Buffer, count: number): Buffer {
  const start = mp4.indexOf('mdat') + 4;
  const edits: [string, number[]][] = [
    ['stsz', [1, count]],
    ['stts', [1, count, 1]],
    ['stsc', [1, 1, count, 1]],
    ['stco', [1, start]],
  ];
  const edited = edits.reduce(
    (bytes, [type, values]) => editBox(bytes, `${sampleTable}/${type}`, () => numbers(0, ...values)),
    mp4,
  );
  return Buffer.concat([edited, box('free', Buffer.alloc(count))]);
}

/** A movie whose one sample is a PNG of zeros. */
export function pngMovie(mp4: Buffer, width: number, height: number): Buffer {
  const sample = png(width, height);
  const entry = (content: Buffer) => {
    const bytes = Buffer.from(content.subarray(0, 8 + 86));
    bytes.writeUInt32BE(86, 8);
    bytes.write('png ', 12, 'latin1');
    bytes.writeUInt16BE(width, 40);
    bytes.writeUInt16BE(height, 42);
    return bytes;
  };
  const edits: [string, (content: Buffer) => Buffer][] = [
    ['stsd', entry],
    ['stsz', () => numbers(0, sample.length, 1)],
    ['stts', () => numbers(0, 1, 1, 16_000)],
    ['stsc', () => numbers(0, 1, 1, 1, 1)],
    ['stco', () => numbers(0, 1, 0)],
  ];
  const edited = edits.reduce((bytes, [type, edit]) => editBox(bytes, `${sampleTable}/${type}`, edit), mp4);
  const place = edited.length + 8;
  const placed = editBox(edited, `${sampleTable}/stco`, () => numbers(0, 1, place));
  return Buffer.concat([placed, box('free', sample)]);
}

/** Black, of one bit a pixel. */
export function png(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    return Buffer.concat([numbers(content.length), named, numbers(crc32(named))]);
  };
  // 8 bits of red, green, blue and alpha: four bytes a pixel, and a filter's byte before each line.
  const lines = deflateSync(Buffer.alloc(Math.min(height, 8192) * (1 + 4 * Math.min(width, 8192))), { level: 9 });
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([numbers(width, height), Buffer.from([8, 6, 0, 0, 0])])),
    chunk('IDAT', lines),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Six raw frames of three bytes a pixel, or as much of them as 32×32 has, at `rate` / `scale` a second. */
export function avi(width: number, height: number, scale: number, rate: number): Buffer {
  const chunk = (type: string, ...content: Buffer[]) => {
    const bytes = Buffer.concat(content);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    return Buffer.concat([Buffer.from(type, 'latin1'), size, bytes]);
  };
  const list = (type: string, ...content: Buffer[]) => chunk('LIST', Buffer.from(type, 'latin1'), ...content);
  const little = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const header = little(40_000, 0, 0, 16, 6, 0, 1, 0, width, height, 0, 0, 0, 0);
  const stream = Buffer.concat([Buffer.from('vidsDIB '), little(0, 0, 0, scale, rate, 0, 6, 0, 0, 0, 0, 0)]);
  const format = little(40, width, height, 1 + 24 * 2 ** 16, 0, 0, 0, 0, 0, 0);
  const frame = chunk('00db', Buffer.alloc(32 * 32 * 3, 100));
  return chunk(
    'RIFF',
    Buffer.from('AVI '),
    list('hdrl', chunk('avih', header), list('strl', chunk('strh', stream), chunk('strf', format))),
    list('movi', ...Array.from({ length: 6 }, () => frame)),
  );
}

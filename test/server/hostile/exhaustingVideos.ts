import { deflateSync } from 'node:zlib';
import { box, editBox, numbers, sampleTable } from './boxes';
import { avi, gif, manyPictures, manySamples, png, pngMovie } from './madeVideos';

const most = 2 ** 31 - 1;

/** Small files that ask for much: memory, time, depth, or numbers without end. */
export function exhaustingVideos(mp4: Buffer, matroska: Buffer): Record<string, Buffer> {
  const withTable = (type: string, ...values: number[]) =>
    editBox(mp4, `${sampleTable}/${type}`, () => numbers(0, ...values));
  const size = (width: number, height: number) =>
    editBox(mp4, `${sampleTable}/stsd`, (content) => {
      const bytes = Buffer.from(content);
      bytes.writeUInt16BE(width, 40);
      bytes.writeUInt16BE(height, 42);
      return bytes;
    });
  return {
    'frames of 32768×32768 in a GIF': gif(32_768, 32_768),
    'frames of 65535×65535 in an MP4': size(65_535, 65_535),
    'frames of 32768×32768 in an AVI': avi(32_768, 32_768, 1, 25),
    'a PNG that unpacks to 4 GB': pngMovie(mp4, 32_768, 32_768),
    '2³¹ samples of one size': withTable('stsz', 1, most),
    '2³¹ samples of the largest size': withTable('stsz', most, most),
    '2³¹ samples of one time': withTable('stts', 1, most, 1),
    '2³¹ samples in a chunk': withTable('stsc', 1, 1, most, 1),
    '2³¹ chunks': withTable('stco', most, 48),
    'samples that last for ever': withTable('stts', 1, 6, 0xffffffff),
    'samples that last for none': withTable('stts', 1, 6, 0),
    'samples of half an hour each': withTable('stts', 1, 6, 16_000 * 60 * 30),
    'edits from the end of time': editBox(mp4, 'moov/trak/edts/elst', () =>
      Buffer.concat([numbers(0x01000000, 1), numbers(most, 0xffffffff, most, 0xffffffff), numbers(0x00010000)]),
    ),
    'a header of 2 GB that ends at once': Buffer.concat([mp4.subarray(0, 32), numbers(most), Buffer.from('moov')]),
    'a header of 2⁶³ bytes': Buffer.concat([mp4.subarray(0, 32), numbers(1), Buffer.from('moov'), numbers(most, most)]),
    'a header that unpacks to 4 GB': Buffer.concat([
      mp4.subarray(0, 32),
      box(
        'moov',
        box('cmov', box('dcom', 'zlib'), box('cmvd', numbers(0xffffffff), deflateSync(Buffer.alloc(2 ** 24)))),
      ),
    ]),
    'boxes in boxes, 10⁵ deep': Buffer.concat([mp4.subarray(0, 32), nested(100_000)]),
    'elements in elements, 10⁵ deep': Buffer.concat([
      matroska.subarray(0, matroska.indexOf(Buffer.from('18538067', 'hex'))),
      Buffer.from('1853806701ffffffffffffff', 'hex'),
      Buffer.from('1254c36701ffffffffffffff', 'hex'),
      Buffer.from('7373ff67c8ff'.repeat(50_000), 'hex'),
    ]),
    'an element of 2⁵⁶ bytes': Buffer.concat([
      matroska.subarray(0, 60),
      Buffer.from('1654ae6b01fffffffffffffe', 'hex'),
    ]),
    'a cover picture alone': box('moov', box('mvhd', Buffer.alloc(100)), cover(png(64, 64))),
    'a cover picture of 4 GB': editBox(mp4, 'moov', (content) => Buffer.concat([content, cover(png(32_768, 32_768))])),
    'a rate of 0': avi(32, 32, 0, 0),
    'a rate of 10⁹': avi(32, 32, 1, 1_000_000_000),
    'a frame each 10⁹ s': avi(32, 32, 1_000_000_000, 1),
    '500 pictures in a GIF': manyPictures(500),
  };
}

/** Those that are within all limits, and keep a decoder at work for long: a minute, some of them. */
export function costlyVideos(mp4: Buffer): Record<string, Buffer> {
  // A clock that is changed would move an edit away from the media.
  const unedited = Buffer.from(mp4.toString('latin1').replace('edts', 'free'), 'latin1');
  const withClock = (edit: (content: Buffer) => Buffer) => editBox(unedited, 'moov/trak/mdia/mdhd', edit);
  const edits = Buffer.alloc(12 * 200_000);
  for (let at = 0; at < edits.length; at += 12) edits.set([0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0], at);
  return {
    'frames of 8192×8192 in a GIF': gif(8192, 8192),
    'a PNG that unpacks to 256 MB': pngMovie(mp4, 8192, 8192),
    '10⁶ samples of a byte': manySamples(mp4, 1_000_000),
    'a duration of 10¹⁸': withClock(() =>
      Buffer.concat([numbers(0x01000000, 0, 0, 0, 0, 1), numbers(0x0de0b6b3, 0xa7640000), numbers(0)]),
    ),
    'a clock of 0 ticks': withClock((content) => withNumber(content, 12, 0)),
    'a clock of 4·10⁹ ticks': withClock((content) => withNumber(content, 12, 0xffffffff)),
    '50,000 pictures in a GIF': manyPictures(50_000),
    '200,000 edits': editBox(mp4, 'moov/trak/edts/elst', () => Buffer.concat([numbers(0, 200_000), edits])),
  };
}

const cover = (picture: Buffer) =>
  box('udta', box('meta', numbers(0), box('ilst', box('covr', box('data', numbers(14, 0), picture)))));

const withNumber = (bytes: Buffer, at: number, value: number) => {
  const changed = Buffer.from(bytes);
  changed.writeUInt32BE(value, at);
  return changed;
};

function nested(depth: number): Buffer {
  const bytes = Buffer.alloc(8 * depth);
  for (let i = 0; i < depth; i++) {
    bytes.writeUInt32BE(8 * (depth - i), 8 * i);
    bytes.write(i === 0 ? 'moov' : 'udta', 8 * i + 4, 'latin1');
  }
  return bytes;
}

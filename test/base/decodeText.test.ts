import { decodeText, linesOf } from '../../lib/base/decodeText';

const decode = (bytes: Uint8Array | number[]) => decodeText(Uint8Array.from(bytes), 'list.txt', 'ERR_DATASET');
const text = 'blé,日本,🏃\n';
const utf16be = (characters: string) => Buffer.from(characters, 'utf16le').swap16();

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
  ['UTF-16, little-endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big-endian', utf16be(`\ufeff${text}`)],
  ['nothing', Buffer.from('')],
])('%s is read, and the mark is no part of it', (name, bytes) => {
  expect(decode(bytes)).toBe(name === 'nothing' ? '' : text);
});

test.each([
  [
    'Windows-1252',
    Buffer.from('a\nblé,1\nblè,2\n', 'latin1'),
    /^list\.txt line 2: expected text in UTF-8 .* as Windows-1252 the line reads "blé,1".*iconv/,
  ],
  ['Shift JIS on its only line', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), /line 1: expected text in UTF-8/],
  ['UTF-8 cut within a character', Buffer.from('a\nblé').subarray(0, -1), /line 2/],
  ['UTF-16 without a mark', Buffer.from('path,label\n', 'utf16le'), /binary file, or UTF-16 without a byte order mark/],
  ['UTF-16 of half a character', Buffer.from('\ufeffab', 'utf16le').subarray(0, -1), /utf-16le but it is damaged/],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /binary file/],
  ['binary', Buffer.from([0xff, 0xd8, 0xff, 0, 1]), /binary file/],
])('%s is refused', (_, bytes, message) => {
  expect(() => decode(bytes)).toThrow(
    expect.objectContaining({ code: 'ERR_DATASET', message: expect.stringMatching(message) }),
  );
});

test('lines end as they do on any system, and know their numbers', () => {
  expect(linesOf('a\r\n\r\n b \rc\nd')).toEqual([
    { line: 1, text: 'a' },
    { line: 3, text: 'b' },
    { line: 4, text: 'c' },
    { line: 5, text: 'd' },
  ]);
});

import { describe, type ErrorCode, KinetorchError } from './errors';

/** How a text file may begin to say what it is. */
const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/**
 * The text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one. Anything else is refused and never
 * guessed at: in a wrong encoding, names that differ become the same.
 *
 * @param name what errors call the file
 * @throws KinetorchError `code`, with the first line that is not text and how to convert it
 */
export function decodeText(bytes: Uint8Array, name: string, code: ErrorCode): string {
  const encoding = marks.find((mark) => mark.bytes.every((byte, at) => bytes[at] === byte))?.encoding ?? 'utf-8';
  const text = decode(bytes, encoding);
  if (text?.includes('\0') || (text === null && encoding === 'utf-8' && bytes.includes(0))) {
    throw new KinetorchError(
      code,
      `${name}: expected text but received a binary file, or UTF-16 without a byte order mark: save it as UTF-8`,
    );
  }
  if (text !== null) return text;
  if (encoding !== 'utf-8') throw new KinetorchError(code, `${name}: expected text in ${encoding} but it is damaged`);
  const { line, read } = firstUndecodable(bytes);
  throw new KinetorchError(
    code,
    `${name} line ${line}: expected text in UTF-8 (or UTF-16 with a byte order mark) but received another encoding; as ` +
      `Windows-1252 the line reads ${describe(read)}. Save the file as UTF-8, in Excel as "CSV UTF-8", or convert it: ` +
      `iconv -f WINDOWS-1252 -t UTF-8 <file>`,
  );
}

/** The lines of a text, whatever ends them, with their numbers; empty ones are left out. */
export function linesOf(text: string): { line: number; text: string }[] {
  return text.split(/\r\n|\n|\r/).flatMap((one, index) => {
    const trimmed = one.trim();
    return trimmed === '' ? [] : [{ line: index + 1, text: trimmed }];
  });
}

/** Null where the bytes are no such text. */
function decode(bytes: Uint8Array, encoding: string): string | null {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function firstUndecodable(bytes: Uint8Array): { line: number; read: string } {
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end < 0 ? undefined : end);
    if (end < 0 || decode(part, 'utf-8') === null) {
      return { line, read: new TextDecoder('windows-1252').decode(part).trim() };
    }
    start = end + 1;
  }
}

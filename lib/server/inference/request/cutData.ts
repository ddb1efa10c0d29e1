import { setImmediate } from 'node:timers/promises';
import { badRequest } from './badRequest';
import { decode } from './json';

/*
 * Note: JSON tensors
 *
 * `JSON.parse` of 64 MiB holds everybody else up for half a second and more. So the arrays under `inputs[…].data` are cut out
 * of the text first, unread. What is left is small and goes to `JSON.parse`; it says of each array what is in it, and
 * `readNumbers` has the numbers parsed slice by slice, into the memory where they are wanted. Others have a turn between two
 * slices.
 */

/** Where an array stands in the text, its brackets included. */
export interface TextRange {
  start: number;
  end: number;
}

/** A request's JSON without its tensors: each `data` is the place of its array in `arrays`. */
export interface CutText {
  json: string;
  arrays: TextRange[];
}

const maxDepth = 100;
/** Bytes that are looked at before others have a turn: about a millisecond. */
const sliceBytes = 2 ** 18;

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const whitespace = [0x20, 0x09, 0x0a, 0x0d];

/** Throws `ERR_INVALID_ARGUMENT` for JSON that is nested too deep, or where `data` is no array. */
export async function cutData(text: Buffer): Promise<CutText> {
  const scanner = new DataScanner(text);
  while (!scanner.scan(sliceBytes)) await setImmediate();
  const kept: Buffer[] = [];
  let end = 0;
  for (const [place, array] of scanner.arrays.entries()) {
    kept.push(text.subarray(end, array.start), Buffer.from(String(place)));
    end = array.end;
  }
  kept.push(text.subarray(end));
  return { json: decode(Buffer.concat(kept)), arrays: scanner.arrays };
}

/** Finds the arrays. Knows brackets, strings and keys; whether all the rest is JSON is seen by who parses it. */
class DataScanner {
  readonly arrays: TextRange[] = [];
  private at = 0;
  /** The brackets that are open, without those of an array that is found. */
  private readonly open: number[] = [];
  private rootKey = '';
  private key = '';
  /** Of the array that the scanner is in, where it began and how deep; depth 0: in none. */
  private dataStart = 0;
  private dataDepth = 0;

  constructor(private readonly text: Buffer) {}

  /** Goes on for so many bytes; true at the end. */
  scan(bytes: number): boolean {
    const stop = Math.min(this.at + bytes, this.text.length);
    while (this.at < stop) {
      if (this.dataDepth > 0) this.scanData(stop);
      else this.scanRest(stop);
    }
    if (this.at < this.text.length) return false;
    if (this.dataDepth > 0) throw badRequest('whole JSON but `data` does not end');
    return true;
  }

  private scanRest(stop: number): void {
    const { text, open } = this;
    for (; this.at < stop && this.dataDepth === 0; this.at++) {
      const byte = text[this.at];
      if (byte === quote) {
        const end = endOfString(text, this.at);
        // A longer one is no key that counts here.
        this.key = end - this.at < 16 ? text.toString('latin1', this.at + 1, end - 1) : '';
        this.at = end - 1;
      } else if (byte === colon) this.enterValue();
      else if (byte === openList || byte === openObject) {
        if (open.push(byte) > maxDepth) throw tooDeep();
      } else if (byte === closeList || byte === closeObject) open.pop();
    }
  }

  private enterValue(): void {
    const { text, open } = this;
    if (open.length === 1) this.rootKey = this.key;
    const isOfInput =
      this.rootKey === 'inputs' &&
      open.length === 3 &&
      open[0] === openObject &&
      open[1] === openList &&
      open[2] === openObject;
    if (this.key !== 'data' || !isOfInput) return;
    let start = this.at + 1;
    while (whitespace.includes(text[start] as number)) start++;
    if (text[start] !== openList) throw badRequest('`data` of an input to be an array');
    this.at = start;
    this.dataStart = start;
    this.dataDepth = 1;
  }

  /** Until the array's last bracket. */
  private scanData(stop: number): void {
    const { text } = this;
    const deepest = maxDepth - this.open.length;
    let { at, dataDepth } = this;
    for (; at < stop && dataDepth > 0; at++) {
      const byte = text[at] as number;
      // Digits, commas, spaces.
      if (byte < openList && byte !== quote) continue;
      if (byte === quote) at = endOfString(text, at) - 1;
      else if (byte === openList || byte === openObject) {
        if (++dataDepth > deepest) throw tooDeep();
      } else if (byte === closeList || byte === closeObject) dataDepth--;
    }
    this.at = at;
    this.dataDepth = dataDepth;
    if (dataDepth === 0) this.arrays.push({ start: this.dataStart, end: at });
  }
}

/** One after the quote that closes a string. */
function endOfString(text: Buffer, start: number): number {
  for (let end = text.indexOf(quote, start + 1); end >= 0; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === backslash) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw badRequest('whole JSON but a string in it does not end');
}

const tooDeep = () => badRequest(`JSON that is nested at most ${maxDepth} deep but received a deeper one`);

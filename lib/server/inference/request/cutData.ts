import { badRequest } from './badRequest';
import { decode, isBlank, maxJsonBytes } from './json';
import { inSlices } from './slices';

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

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Throws `ERR_INVALID_ARGUMENT` for JSON that is nested too deep or too long without tensors, or where `data` is no array. */
export async function cutData(text: Buffer): Promise<CutText> {
  const scanner = new DataScanner(text);
  await inSlices(0, text.length, (_from, to) => scanner.scan(to));
  if (!scanner.isOutside) throw badRequest('whole JSON but `data`, or a text, does not end');
  const { arrays } = scanner;
  const left = arrays.reduce((bytes, { start, end }) => bytes - (end - start), text.length);
  if (left > maxJsonBytes) {
    throw badRequest(`at most ${maxJsonBytes} bytes of JSON beside the data of inputs but received ${left}`);
  }
  const kept: Buffer[] = [];
  let end = 0;
  for (const [place, array] of arrays.entries()) {
    kept.push(text.subarray(end, array.start), Buffer.from(String(place)));
    end = array.end;
  }
  kept.push(text.subarray(end));
  return { json: decode(Buffer.concat(kept)), arrays };
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
  /** Where the text that the scanner is in began; -1: in none. */
  private stringStart = -1;
  /** Behind the colon of `data`, before its value. */
  private awaitsData = false;

  constructor(private readonly text: Buffer) {}

  /** In no array and no text, and before none. */
  get isOutside(): boolean {
    return this.dataDepth === 0 && this.stringStart < 0 && !this.awaitsData;
  }

  /** Goes on until there. */
  scan(stop: number): void {
    while (this.at < stop) {
      if (this.stringStart >= 0) this.scanString(stop);
      else if (this.awaitsData) this.scanBlanks(stop);
      else if (this.dataDepth > 0) this.scanData(stop);
      else this.scanRest(stop);
    }
  }

  private scanString(stop: number): void {
    const { text } = this;
    let at = this.at;
    for (; at < stop; at++) {
      const byte = text[at];
      if (byte === backslash) at++;
      else if (byte === quote) {
        // A longer one is no key that counts here.
        const isShort = at - this.stringStart < 16;
        this.key = isShort ? text.toString('latin1', this.stringStart + 1, at) : '';
        this.stringStart = -1;
        at++;
        break;
      }
    }
    this.at = at;
  }

  private scanRest(stop: number): void {
    const { text, open } = this;
    for (; this.at < stop && this.isOutside; this.at++) {
      const byte = text[this.at];
      if (byte === quote) this.stringStart = this.at;
      else if (byte === colon) this.enterValue();
      else if (byte === openList || byte === openObject) {
        if (open.push(byte) > maxDepth) throw tooDeep();
      } else if (byte === closeList || byte === closeObject) open.pop();
    }
  }

  private enterValue(): void {
    const { open } = this;
    if (open.length === 1) this.rootKey = this.key;
    const isOfInput =
      this.rootKey === 'inputs' &&
      open.length === 3 &&
      open[0] === openObject &&
      open[1] === openList &&
      open[2] === openObject;
    this.awaitsData = this.key === 'data' && isOfInput;
  }

  private scanBlanks(stop: number): void {
    const { text } = this;
    while (this.at < stop && isBlank(text[this.at])) this.at++;
    if (this.at === stop) return;
    if (text[this.at] !== openList) throw badRequest('`data` of an input to be an array');
    this.dataStart = this.at++;
    this.dataDepth = 1;
    this.awaitsData = false;
  }

  /** Until the array's last bracket, or a text in it. */
  private scanData(stop: number): void {
    const { text } = this;
    const deepest = maxDepth - this.open.length;
    let { at, dataDepth } = this;
    for (; at < stop && dataDepth > 0 && this.stringStart < 0; at++) {
      const byte = text[at] as number;
      // Digits, commas, spaces.
      if (byte < openList && byte !== quote) continue;
      if (byte === quote) this.stringStart = at;
      else if (byte === openList || byte === openObject) {
        if (++dataDepth > deepest) throw tooDeep();
      } else if (byte === closeList || byte === closeObject) dataDepth--;
    }
    this.at = at;
    this.dataDepth = dataDepth;
    if (dataDepth === 0) this.arrays.push({ start: this.dataStart, end: at });
  }
}

const tooDeep = () => badRequest(`JSON that is nested at most ${maxDepth} deep but received a deeper one`);

import { setImmediate } from 'node:timers/promises';
import { describe } from '../../../base/errors';
import { badRequest } from './badRequest';
import { sliceBytes, type TextRange } from './cutData';

const code = (character: string) => character.charCodeAt(0);
const [zero, nine, minus, plus, point, comma] = [...'09-+.,'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const [openList, closeList] = [code('['), code(']')];

/** Ten to the power of what is in double precision without error: a quotient or product of two such is rounded once. */
const exactPowers = Array.from({ length: 23 }, (_, power) => 10 ** power);

/** What is wanted of the numbers of a tensor. */
export interface WantedNumbers<Values extends Uint8Array | Float32Array> {
  /** What errors call it. */
  name: string;
  shape: readonly number[];
  /** Of as many elements as the shape has. */
  values: Values;
}

/**
 * Reads the numbers of a JSON array, flat or nested as its shape is, into a typed array; see the note *JSON tensors*.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` for too few or too many, lists that are no such shape, what is no number, and
 * numbers that the typed array does not hold
 */
export async function readNumbers<Values extends Uint8Array | Float32Array>(
  text: Buffer,
  { start, end }: TextRange,
  { name, shape, values }: WantedNumbers<Values>,
): Promise<Values> {
  const isByte = values.BYTES_PER_ELEMENT === 1;
  const number = new NumberReader(text);
  const lists = new NestedLists(name, shape);
  let count = 0;
  // A number or a list has to come, rather than what follows one.
  let isDue = true;
  let nextTurn = start + sliceBytes;
  let at = start;
  while (at < end) {
    if (at >= nextTurn) {
      await setImmediate();
      nextTurn = at + sliceBytes;
    }
    const byte = text[at] as number;
    if (isDue && ((byte >= zero && byte <= nine) || byte === minus)) {
      const value = number.read(at);
      if (Number.isNaN(value)) throw noNumber(name, text, at);
      const fits = isByte ? Number.isInteger(value) && value >= 0 && value <= 255 : Math.abs(value) < beyondFloat;
      if (!fits) throw outOfRange(name, isByte, value);
      if (lists.depth !== lists.numbersAt) lists.findNumbers();
      values[count++] = value;
      isDue = false;
      at = number.end;
      continue;
    }
    if (byte === comma && !isDue) isDue = true;
    else if (byte === openList && isDue) lists.open(count);
    else if (byte === closeList && !isDue) lists.close(count);
    else if (!isWhitespace(byte)) throw noNumber(name, text, at);
    at++;
  }
  return values;
}

/** From here on, rounding to float32 gives infinity. */
const beyondFloat = 2 ** 128 - 2 ** 103;

/** The brackets of an array that is flat, or nested as a shape is. */
class NestedLists {
  depth = 0;
  /** The depth of numbers; 0: none has come yet. */
  numbersAt = 0;
  /** Of each open list: the lists in it, and the numbers that had come before it. */
  private readonly lists: number[] = [];
  private readonly before: number[] = [];

  constructor(
    private readonly name: string,
    private readonly shape: readonly number[],
  ) {}

  /** At a number at a depth where none was yet. */
  findNumbers(): void {
    if (this.numbersAt !== 0 || (this.depth !== 1 && this.depth !== this.shape.length)) {
      throw this.wrong(`a number at depth ${this.depth}`);
    }
    this.numbersAt = this.depth;
  }

  open(numbers: number): void {
    if (this.depth === this.shape.length) throw this.wrong('lists that are nested deeper');
    if (this.depth === this.numbersAt && this.depth > 0) throw this.wrong('numbers and lists in one list');
    if (this.depth > 0) this.lists[this.depth - 1] = (this.lists[this.depth - 1] as number) + 1;
    this.lists[this.depth] = 0;
    this.before[this.depth] = numbers;
    this.depth++;
  }

  close(numbers: number): void {
    const isOfNumbers = this.depth === this.numbersAt;
    this.depth--;
    const count = isOfNumbers ? numbers - (this.before[this.depth] as number) : (this.lists[this.depth] as number);
    const wanted = this.numbersAt === 1 ? productOf(this.shape) : (this.shape[this.depth] as number);
    if (count !== wanted) throw this.wrong(`a list of ${count} where ${wanted} are wanted`);
  }

  private wrong(received: string): Error {
    const shape = this.shape.join(', ');
    return badRequest(
      `data of input '${this.name}' to be numbers, flat or nested as its shape [${shape}], but received ${received}`,
    );
  }
}

/** Elements of a shape. */
export const productOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Reads numbers as `JSON.parse` does, to the bit. */
class NumberReader {
  /** One after the last byte of the number that was read. */
  end = 0;

  constructor(private readonly text: Buffer) {}

  /** NaN where there is none. */
  read(start: number): number {
    const { text } = this;
    let at = start;
    const isNegative = text[at] === minus;
    if (isNegative) at++;
    const firstDigit = at;
    let digits = 0;
    let byte = text[at] as number;
    for (; byte >= zero && byte <= nine; byte = text[++at] as number) digits = digits * 10 + byte - zero;
    const whole = at - firstDigit;
    let fraction = 0;
    if (byte === point) {
      const firstOfFraction = at + 1;
      for (byte = text[++at] as number; byte >= zero && byte <= nine; byte = text[++at] as number) {
        digits = digits * 10 + byte - zero;
      }
      fraction = at - firstOfFraction;
      if (fraction === 0) return Number.NaN;
    }
    if (whole === 0 || (whole > 1 && text[firstDigit] === zero)) return Number.NaN;
    const isExact = digits <= Number.MAX_SAFE_INTEGER && fraction < exactPowers.length;
    if (isExact && byte !== 0x65 && byte !== 0x45) {
      this.end = at;
      const value = fraction === 0 ? digits : digits / (exactPowers[fraction] as number);
      return isNegative ? -value : value;
    }
    return this.readSlowly(start, at);
  }

  /** With an exponent, or of more digits than a double has. */
  private readSlowly(start: number, beforeExponent: number): number {
    const { text } = this;
    let at = beforeExponent;
    if (text[at] === 0x65 || text[at] === 0x45) {
      at++;
      if (text[at] === minus || text[at] === plus) at++;
      const firstDigit = at;
      while ((text[at] as number) >= zero && (text[at] as number) <= nine) at++;
      if (at === firstDigit) return Number.NaN;
    }
    this.end = at;
    return Number(text.toString('latin1', start, at));
  }
}

const isWhitespace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function noNumber(name: string, text: Buffer, at: number): Error {
  const found = text.toString('utf8', at, at + 20);
  return badRequest(`data of input '${name}' to be numbers but received ${describe(found)} at byte ${at}`);
}

function outOfRange(name: string, isByte: boolean, value: number): Error {
  const wanted = isByte ? 'integers from 0 to 255' : 'finite float32 numbers';
  return badRequest(`data of input '${name}' to be ${wanted} but received ${value}`);
}

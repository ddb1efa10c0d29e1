import { setImmediate } from 'node:timers/promises';
import { badRequest } from './badRequest';
import { decode } from './json';

/*
 * Note: JSON tensors
 *
 * `JSON.parse` of a clip makes a number object or a slot of each of its values at once, and nothing else happens meanwhile:
 * half a second for 64 MiB. So the arrays under `inputs[…].data` are cut out of the text first, unread. What is left is
 * small and goes to `JSON.parse`; it says of each array what is in it, and `readNumbers` then writes the numbers where
 * they are wanted. Both take a slice at a time and let others have a turn between two.
 */

/** Bytes of JSON that are looked at before others have a turn: about a millisecond. */
export const sliceBytes = 2 ** 18;

const maxDepth = 100;

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

const code = (character: string) => character.charCodeAt(0);
const [quote, backslash, colon] = [code('"'), code('\\'), code(':')];
const [openList, closeList, openObject, closeObject] = [code('['), code(']'), code('{'), code('}')];
const whitespace = [code(' '), code('\t'), code('\n'), code('\r')];

/** Throws `ERR_INVALID_ARGUMENT` for JSON that is nested too deep, or where `data` is no array. */
export async function cutData(text: Buffer): Promise<CutText> {
  const arrays: TextRange[] = [];
  const kept: Buffer[] = [];
  let keptEnd = 0;
  const open: number[] = [];
  let rootKey = '';
  let key = '';
  let nextTurn = sliceBytes;
  for (let at = 0; at < text.length; at++) {
    if (at >= nextTurn) {
      await setImmediate();
      nextTurn = at + sliceBytes;
    }
    const byte = text[at];
    if (byte === quote) {
      const end = endOfString(text, at);
      // A longer one is no key that counts here.
      key = end - at < 16 ? text.toString('latin1', at + 1, end - 1) : '';
      at = end - 1;
    } else if (byte === colon) {
      if (open.length === 1) rootKey = key;
      if (key !== 'data' || !isInput(open, rootKey)) continue;
      const start = afterWhitespace(text, at + 1);
      if (text[start] !== openList) throw badRequest('`data` of an input to be an array');
      const end = await endOfArray(text, start, maxDepth - open.length);
      kept.push(text.subarray(keptEnd, start), Buffer.from(String(arrays.length)));
      arrays.push({ start, end });
      keptEnd = end;
      nextTurn = Math.max(nextTurn, end);
      at = end - 1;
    } else if (byte === openList || byte === openObject) {
      if (open.push(byte) > maxDepth) throw tooDeep();
    } else if (byte === closeList || byte === closeObject) {
      open.pop();
    }
  }
  kept.push(text.subarray(keptEnd));
  return { json: decode(Buffer.concat(kept)), arrays };
}

/** In an object of the list that stands under `inputs`. */
const isInput = (open: readonly number[], rootKey: string) =>
  rootKey === 'inputs' && open.length === 3 && open[0] === openObject && open[1] === openList && open[2] === openObject;

async function endOfArray(text: Buffer, start: number, deepest: number): Promise<number> {
  let depth = 0;
  let nextTurn = start + sliceBytes;
  for (let at = start; at < text.length; at++) {
    if (at >= nextTurn) {
      await setImmediate();
      nextTurn = at + sliceBytes;
    }
    const byte = text[at] as number;
    // Digits, commas, spaces.
    if (byte < openList && byte !== quote) continue;
    if (byte === quote) at = endOfString(text, at) - 1;
    else if (byte === openList || byte === openObject) {
      if (++depth > deepest) throw tooDeep();
    } else if (byte === closeList || byte === closeObject) {
      if (--depth === 0) return at + 1;
    }
  }
  throw badRequest('whole JSON but `data` does not end');
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

function afterWhitespace(text: Buffer, start: number): number {
  let at = start;
  while (whitespace.includes(text[at] as number)) at++;
  return at;
}

const tooDeep = () => badRequest(`JSON that is nested at most ${maxDepth} deep but received a deeper one`);

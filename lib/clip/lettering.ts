import type { RgbFrame } from './contactSheet';

/** Of a letter, in dots: each row of a letter is 5 bits, the leftmost the highest. */
const rows = 7;
const columns = 5;

/** A letter's rows, two hexadecimal digits each, from the top. */
const letters: { [letter: string]: string } = {
  ' ': '00000000000000',
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1e11111111111e',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11111915131111',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  W: '1111111515150a',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  '0': '0e11131519110e',
  '1': '040c040404040e',
  '2': '0e11010204081f',
  '3': '1f02040201110e',
  '4': '02060a121f0202',
  '5': '1f101e0101110e',
  '6': '0608101e11110e',
  '7': '1f010204080808',
  '8': '0e11110e11110e',
  '9': '0e11110f01020c',
  '.': '00000000000c0c',
  ',': '000000000c0408',
  ':': '000c0c000c0c00',
  '-': '0000001f000000',
  _: '0000000000001f',
  '/': '00010204081000',
  '%': '18190204081303',
  '(': '02040808080402',
  ')': '08040202020408',
  '+': '0004041f040400',
  "'": '0c040800000000',
  '&': '0c12140815120d',
  '!': '04040404040004',
  '?': '0e110102040004',
};

/** Height of a line at a scale of 1. */
export const letterHeight = rows;

/** Pixels that a text takes. */
export const textWidth = (text: string, scale: number) => Math.max(0, shownOf(text).length * (columns + 1) - 1) * scale;

/**
 * Writes a text in capitals, each dot `scale` pixels, as far as it fits before `right`. Pictures have no font to be sure
 * of; marks are left off letters, and what is no Latin letter becomes a question mark.
 */
export function drawText(
  frame: RgbFrame,
  text: string,
  { left, top, right = frame.width, scale }: { left: number; top: number; right?: number; scale: number },
  color: readonly [number, number, number],
): void {
  let x = left;
  for (const letter of shownOf(text)) {
    if (x + columns * scale > right) return;
    const code = letters[letter] ?? (letters['?'] as string);
    for (let row = 0; row < rows * scale; row++) {
      const bits = Number.parseInt(code.slice(2 * Math.floor(row / scale), 2 * Math.floor(row / scale) + 2), 16);
      for (let column = 0; column < columns * scale; column++) {
        if ((bits >> (columns - 1 - Math.floor(column / scale))) & 1) {
          frame.data.set(color, ((top + row) * frame.width + x + column) * 3);
        }
      }
    }
    x += (columns + 1) * scale;
  }
}

/** Letters one by one, as they can be shown. */
const shownOf = (text: string) => [...text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase()];

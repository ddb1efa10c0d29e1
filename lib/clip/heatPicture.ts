import type { RgbFrame, SheetRow } from './contactSheet';
import { colorScale, type HeatStyle } from './heatOverlay';
import { drawText, letterHeight, textWidth } from './lettering';

// Pixels.
const captionHeight = 26;
const textScale = 2;
const scaleWidth = 64;
const margin = 6;
const ink = [235, 235, 235] as const;

/**
 * Pictures side by side above a line that says what they show, with the colours from 0 to 1 at its end. Sides are even,
 * as video has them.
 */
export function captioned(frames: readonly RgbFrame[], caption: string, { colormap }: HeatStyle): RgbFrame {
  const width = even(frames.reduce((sum, frame) => sum + frame.width, 0));
  const top = even(Math.max(...frames.map((frame) => frame.height)));
  const picture = blank(top + captionHeight, width);
  let x = 0;
  for (const frame of frames) {
    paste(picture, frame, 0, x);
    x += frame.width;
  }
  const line = top + (captionHeight - letterHeight * textScale) / 2;
  const text = { top: line, scale: textScale };
  const digit = textWidth('0', textScale) + margin;
  const scaleLeft = width - digit - scaleWidth - margin;
  drawText(picture, caption, { ...text, left: margin, right: scaleLeft - digit }, ink);
  if (scaleLeft < digit) return picture;
  drawText(picture, '0', { ...text, left: scaleLeft - digit }, ink);
  drawText(picture, '1', { ...text, left: width - digit }, ink);
  paste(picture, colorScale(colormap, letterHeight * textScale, scaleWidth), line, scaleLeft);
  return picture;
}

/** Rows of frames, each with its caption, as one picture. */
export function heatSheet(title: string, rows: readonly SheetRow[], style: HeatStyle): RgbFrame {
  const parts = rows.map(({ title: name, detail, frames }) =>
    captioned(frames, detail === undefined ? name : `${name}  ${detail}`, style),
  );
  const width = Math.max(textWidth(title, textScale) + 2 * margin, ...parts.map((part) => part.width));
  const picture = blank(
    parts.reduce((sum, { height }) => sum + height, captionHeight),
    width,
  );
  drawText(picture, title, { left: margin, top: margin, scale: textScale }, ink);
  let y = captionHeight;
  for (const part of parts) {
    paste(picture, part, y, 0);
    y += part.height;
  }
  return picture;
}

const even = (side: number) => side + (side % 2);

const blank = (height: number, width: number): RgbFrame => ({
  data: new Uint8Array(height * width * 3),
  height,
  width,
});

function paste(onto: RgbFrame, { data, height, width }: RgbFrame, top: number, left: number): void {
  for (let row = 0; row < height; row++) {
    onto.data.set(data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * onto.width + left) * 3);
  }
}

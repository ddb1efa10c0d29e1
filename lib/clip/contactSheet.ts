import { PNG } from 'pngjs';
import { escapeMarkup } from '../base/escapeMarkup';
import { evenly } from '../base/evenly';
import type { RgbClip } from './types';

/** uint8 H×W×3, RGB. */
export interface RgbFrame {
  data: Uint8Array;
  height: number;
  width: number;
}

/** A line of text and the frames beneath it, left to right. */
export interface SheetRow {
  title: string;
  /** Smaller text after the title. */
  detail?: string;
  frames: readonly RgbFrame[];
}

// Pixels of the picture.
const margin = 24;
const gap = 4;
const frameHeight = 96;
const titleHeight = 44;
const textHeight = 22;
const rowGap = 14;
// A mean character at this size; text that would run past the sheet widens it.
const characterWidth = 7.5;

/**
 * Rows of frames as one SVG that needs no other file: frames are PNG data URIs, drawn 96 pixels high in their own
 * proportions. The texts may hold any characters.
 */
export function contactSheet(title: string, rows: readonly SheetRow[]): string {
  const body: string[] = [];
  let y = margin + titleHeight;
  let contentWidth = title.length * characterWidth * 1.5;
  for (const row of rows) {
    const text = `<tspan font-weight="600">${escapeXml(row.title)}</tspan>${detailOf(row)}`;
    body.push(`<text x="${margin}" y="${y + 14}">${text}</text>`);
    contentWidth = Math.max(contentWidth, (row.title.length + (row.detail?.length ?? 0) + 2) * characterWidth);
    y += textHeight;
    let x = margin;
    for (const frame of row.frames) {
      const width = Math.max(1, Math.round((frameHeight * frame.width) / frame.height));
      body.push(`<image x="${x}" y="${y}" width="${width}" height="${frameHeight}" href="${pngDataUri(frame)}"/>`);
      x += width + gap;
    }
    contentWidth = Math.max(contentWidth, x - gap - margin);
    y += (row.frames.length > 0 ? frameHeight : 0) + rowGap;
  }
  const width = Math.ceil(contentWidth) + 2 * margin;
  const height = y - rowGap + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ' font-family="system-ui, sans-serif" font-size="13" fill="#1f2430">',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin}" y="${margin + 20}" font-size="20" font-weight="600">${escapeXml(title)}</text>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

/** A frame as `data:image/png;base64,…`. */
export function pngDataUri(frame: RgbFrame): string {
  return `data:image/png;base64,${pngOf(frame).toString('base64')}`;
}

/** A frame as a PNG file. */
export function pngOf({ data, height, width }: RgbFrame): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false });
}

/** Frames of a clip as views of its bytes: all, or of more than `most` so many from the first to the last. */
export function framesOf({ data, frames, height, width }: RgbClip, most = frames): RgbFrame[] {
  const size = height * width * 3;
  const all = Array.from({ length: frames }, (_, index) => data.subarray(index * size, (index + 1) * size));
  return evenly(all, most).map((bytes) => ({ data: bytes, height, width }));
}

function detailOf({ detail }: SheetRow): string {
  return detail === undefined ? '' : `<tspan dx="10" fill="#667085">${escapeXml(detail)}</tspan>`;
}

/** Text for XML; characters that XML 1.0 does not allow at all become spaces. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to replace
  return escapeMarkup(text.replace(/[\u0000-\u001f\ufffe\uffff]/g, ' '));
}

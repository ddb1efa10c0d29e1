import { read } from './palette.mjs';

/**
 * An upright line, as wide as a pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} top
 * @param {number} bottom
 * @param {string} colour
 */
export function line(context, x, top, bottom, colour) {
  context.fillStyle = colour;
  context.fillRect(Math.round(x - 0.5), top, 1, bottom - top);
}

/**
 * A bar, striped where its colour stands for a second label.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} fill
 * @param {boolean} isStriped
 */
export function bar(context, x, y, width, height, fill, isStriped) {
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(4, width / 2));
  context.fill();
  if (!isStriped) return;
  context.save();
  context.clip();
  context.strokeStyle = read('--veil');
  context.lineWidth = 3;
  context.beginPath();
  for (let place = x - height; place < x + width; place += 9) {
    context.moveTo(place, y + height);
    context.lineTo(place + height, y);
  }
  context.stroke();
  context.restore();
}

/**
 * As much of a text as there is room for.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 */
export function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  for (let kept = Math.min(text.length, Math.floor(room / 4)); kept > 1; kept--) {
    const short = `${text.slice(0, kept).trimEnd()}…`;
    if (context.measureText(short).width <= room) return short;
  }
  return '';
}

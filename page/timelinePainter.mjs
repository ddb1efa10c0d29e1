import { bar, fitted, line } from './drawing.mjs';
import { clock, length } from './format.mjs';
import { read, styleOf } from './palette.mjs';
import { tickStep } from './timeView.mjs';

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('./timeView.mjs').TimeView} TimeView */
/** @typedef {{results: Results, chosen: Set<string>, time: number, hover: number | null, loop: {start: number, end: number} | null}} Scene */

// From top to bottom, in CSS pixels: hours, labels, curves, and the whole video once more.
export const margin = 12;
const ruler = { top: 0, height: 24 };
export const track = { top: 26, height: 38 };
export const curves = { top: 76, height: 84 };
export const overview = { top: 170, height: 6 };
export const totalHeight = 182;

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/**
 * Draws a timeline.
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {number} width
 * @param {TimeView} view
 * @param {Scene} scene
 */
export function paint(context, width, view, scene) {
  context.clearRect(0, 0, width, totalHeight);
  context.font = font;
  context.textBaseline = 'middle';
  const inner = width - 2 * margin;
  const x = (/** @type {number} */ time) => margin + ((time - view.from) / Math.max(view.to - view.from, 1e-3)) * inner;
  const all = (/** @type {number} */ time) => margin + (time / Math.max(view.duration, 1e-3)) * inner;
  paintGround(context, inner, view, x, scene);
  context.save();
  context.beginPath();
  context.rect(margin, 0, inner, totalHeight);
  context.clip();
  paintSpans(context, view, x, scene.results);
  for (const label of scene.chosen) paintCurve(context, view, x, scene.results, label);
  context.restore();
  paintOverview(context, inner, view, all, scene.results);
  if (scene.loop) paintLoop(context, width, x, scene.loop);
  if (scene.hover !== null) line(context, x(scene.hover), track.top - 4, curves.top + curves.height, read('--faint'));
  paintPlayhead(context, view, x, all, scene.time);
}

/** @typedef {(time: number) => number} Scale */

/** @param {CanvasRenderingContext2D} context @param {number} inner @param {TimeView} view @param {Scale} x @param {Scene} scene */
function paintGround(context, inner, view, x, { results }) {
  context.fillStyle = read('--ground');
  context.beginPath();
  context.roundRect(margin, track.top, inner, track.height, 6);
  context.fill();
  const step = view.duration > 0 ? tickStep(((view.to - view.from) / inner) * 72) : 1;
  context.textAlign = 'center';
  for (let tick = Math.ceil(view.from / step) * step; tick <= view.to + 1e-6; tick += step) {
    const place = x(tick);
    line(context, place, ruler.top + 18, ruler.top + 23, read('--line'));
    line(context, place, curves.top, curves.top + curves.height, read('--grid'));
    const text = clock(tick, step < 1 ? 1 : 0);
    const half = context.measureText(text).width / 2;
    context.fillStyle = read('--faint');
    context.fillText(text, Math.min(Math.max(place, half + 6), inner + 2 * margin - half - 6), ruler.top + 9);
  }
  for (const share of [0, 0.5, 1]) {
    const level = Math.round(curveY(share)) + 0.5;
    context.strokeStyle = read(share === 0 ? '--line' : '--grid');
    context.beginPath();
    context.moveTo(margin, level);
    context.lineTo(margin + inner, level);
    context.stroke();
  }
  if (results.windows.length > 0) return;
  context.fillStyle = read('--faint');
  context.fillText('labels come here', margin + inner / 2, track.top + track.height / 2 + 0.5);
}

/** @param {CanvasRenderingContext2D} context @param {TimeView} view @param {Scale} x @param {Results} results */
function paintSpans(context, view, x, results) {
  context.textAlign = 'left';
  for (const { label, start, end } of results.spans) {
    if (end < view.from || start > view.to) continue;
    const { fill, ink, isStriped } = styleOf(label);
    const [left, right] = [x(start), x(end)];
    const wide = Math.max(1, right - left - 1);
    bar(context, left, track.top, wide, track.height, fill, isStriped);
    // A label stays in sight while any of its bar is.
    const [seen, until] = [Math.max(left, margin) + 6, Math.min(right, x(view.to)) - 6];
    context.fillStyle = ink;
    context.font = `600 ${font}`;
    const name = fitted(context, label, until - seen);
    context.fillText(name, seen, track.top + 13);
    context.font = font;
    const long = length(end - start);
    if (name !== '' && context.measureText(long).width <= until - seen) context.fillText(long, seen, track.top + 27);
  }
}

/** @param {CanvasRenderingContext2D} context @param {TimeView} view @param {Scale} x @param {Results} results @param {string} label */
function paintCurve(context, view, x, results, label) {
  const { fill, dash } = styleOf(label);
  context.strokeStyle = fill;
  context.fillStyle = fill;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.setLineDash(dash);
  context.beginPath();
  let isOpen = false;
  const slack = (view.to - view.from) * 0.5 + 5;
  for (const { start, end, window } of results.cells) {
    const score = window.predictions.find((one) => one.label === label)?.score;
    const isNear = end > view.from - slack && start < view.to + slack;
    // Below the labels that were asked for nothing is known: the curve has a gap there.
    if (score === undefined || !isNear) {
      isOpen = false;
      continue;
    }
    // A score is of the whole window: level in its middle, and on the way to the next one at its ends.
    const quarter = (end - start) / 4;
    const level = curveY(score);
    if (isOpen) context.lineTo(x(start + quarter), level);
    else context.moveTo(x(start), level);
    context.lineTo(x(end - quarter), level);
    isOpen = true;
  }
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 1;
}

/** @param {CanvasRenderingContext2D} context @param {number} inner @param {TimeView} view @param {Scale} all @param {Results} results */
function paintOverview(context, inner, view, all, results) {
  if (view.isWhole) return;
  const { top, height } = overview;
  context.fillStyle = read('--ground');
  context.fillRect(margin, top, inner, height);
  for (const { label, start, end } of results.spans) {
    bar(context, all(start), top, Math.max(0.5, all(end) - all(start)), height, styleOf(label).fill, false);
  }
  context.fillStyle = read('--veil');
  context.fillRect(margin, top, all(view.from) - margin, height);
  context.fillRect(all(view.to), top, margin + inner - all(view.to), height);
  context.strokeStyle = read('--text');
  context.lineWidth = 1.5;
  context.strokeRect(all(view.from), top - 1.5, Math.max(3, all(view.to) - all(view.from)), height + 3);
  context.lineWidth = 1;
}

/** @param {CanvasRenderingContext2D} context @param {number} width @param {Scale} x @param {{start: number, end: number}} loop */
function paintLoop(context, width, x, { start, end }) {
  const [left, right] = [Math.max(2, x(start)), Math.min(width - 2, x(end))];
  if (right < left) return;
  context.strokeStyle = read('--text');
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(left, track.top - 2, right - left, track.height + 4, 4);
  context.stroke();
  context.lineWidth = 1;
}

/** @param {CanvasRenderingContext2D} context @param {TimeView} view @param {Scale} x @param {Scale} all @param {number} time */
function paintPlayhead(context, view, x, all, time) {
  const colour = read('--text');
  if (!view.isWhole) line(context, all(time), overview.top, overview.top + overview.height, colour);
  if (time < view.from || time > view.to) return;
  const place = x(time);
  context.fillStyle = read('--card');
  context.fillRect(place - 2, track.top - 4, 4, curves.top + curves.height - track.top + 4);
  context.fillStyle = colour;
  context.fillRect(place - 1, track.top - 4, 2, curves.top + curves.height - track.top + 4);
  context.beginPath();
  context.moveTo(place - 6, track.top - 11);
  context.lineTo(place + 6, track.top - 11);
  context.lineTo(place + 6, track.top - 6);
  context.lineTo(place, track.top);
  context.lineTo(place - 6, track.top - 6);
  context.fill();
}

/** @param {number} score */
const curveY = (score) => curves.top + 3 + (1 - score) * (curves.height - 6);

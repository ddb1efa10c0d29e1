import { element, oncePerFrame } from './dom.mjs';
import { clock, percent } from './format.mjs';
import { onColours, swatch } from './palette.mjs';
import { paint, totalHeight } from './timelinePainter.mjs';
import { listenToPointers } from './timelinePointers.mjs';
import { TimeView } from './timeView.mjs';

/** @typedef {import('./results.mjs').Results} Results */

/**
 * The time of a video below its picture: what was seen when, how sure it is, and where one is. A slider to those who do not see
 * it.
 */
export class Timeline {
  view = new TimeView();
  /** @type {import('./timelinePainter.mjs').Scene} */
  #scene;
  #width = 0;

  /**
   * @param {HTMLElement} root
   * @param {Results} results
   * @param {{onSeek: (time: number) => void, onDrag: (isDragging: boolean) => void}} actions
   */
  constructor(root, results, actions) {
    this.root = root;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector('canvas'));
    this.tip = /** @type {HTMLElement} */ (root.querySelector('#tip'));
    this.#scene = { results, chosen: new Set(), time: 0, hover: null, loop: null };
    this.draw = oncePerFrame(() => this.#paint());
    new ResizeObserver(() => this.draw()).observe(root);
    onColours(() => this.draw());
    listenToPointers(this, actions);
  }

  /** Another video. */
  clear() {
    this.view = new TimeView();
    this.setLoop(null);
    this.setTime(0, false);
  }

  /** @param {Results} results */
  setResults(results) {
    this.#scene.results = results;
    this.draw();
  }

  /** @param {number} seconds */
  setDuration(seconds) {
    this.view.setDuration(seconds);
    this.root.setAttribute('aria-valuemax', seconds.toFixed(1));
    this.draw();
  }

  /** @param {number} time @param {boolean} follows whether it is to stay in sight */
  setTime(time, follows) {
    this.#scene.time = time;
    if (follows) this.view.follow(time);
    this.root.setAttribute('aria-valuenow', time.toFixed(1));
    this.root.setAttribute('aria-valuetext', this.#tell(time));
    this.draw();
  }

  /** The labels whose curves are shown. @param {Set<string>} labels */
  setChosen(labels) {
    this.#scene.chosen = labels;
    this.draw();
  }

  /** @param {{start: number, end: number} | null} loop */
  setLoop(loop) {
    this.#scene.loop = loop;
    this.draw();
  }

  /** @param {number} factor @param {number} [around] seconds; default the playhead, else the middle */
  zoom(factor, around) {
    const { from, to } = this.view;
    const { time } = this.#scene;
    this.view.zoom(factor, around ?? (time >= from && time <= to ? time : (from + to) / 2));
    this.draw();
  }

  fit() {
    this.view.showAll();
    this.draw();
  }

  /** The moment under the pointer, or none. @param {number | null} time */
  hover(time) {
    this.#scene.hover = time;
    this.tip.hidden = time === null;
    if (time !== null) this.#showTip(time);
    this.draw();
  }

  /** @param {number} time */
  #showTip(time) {
    const { results } = this.#scene;
    const window = results.windowAt(time);
    const label = window && results.topOf(window);
    this.tip.replaceChildren(element('b', {}, clock(time)));
    if (window && label) this.tip.append(swatch(label), `${label} ${percent(window.predictions[0].score)}`);
    const place = ((time - this.view.from) / (this.view.to - this.view.from)) * this.#width;
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.min(Math.max(place, half + 4), this.#width - half - 4)}px`;
  }

  /** @param {number} time */
  #tell(time) {
    const window = this.#scene.results.windowAt(time);
    const label = window && this.#scene.results.topOf(window);
    const what = window && label ? `, ${label} ${percent(window.predictions[0].score)}` : '';
    return `${clock(time)} of ${clock(this.view.duration)}${what}`;
  }

  #paint() {
    const width = this.root.clientWidth;
    if (width === 0) return;
    this.#width = width;
    const scale = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(totalHeight * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(totalHeight * scale);
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paint(context, width, this.view, this.#scene);
  }
}

import { byId, element, icon, press } from './dom.mjs';
import { clock, percent } from './format.mjs';
import { swatch } from './palette.mjs';

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('./results.mjs').Span} Span */

/** Rows that are written; a browser is slow with more, and the files have all. */
const most = 1000;

/** What was seen when, as a table. */
export class ResultTable {
  /** @type {'segments' | 'windows'} */
  kind = 'segments';
  /** @type {Span[]} */
  rows = [];
  /** @type {Results | null} */
  #results = null;
  /** @type {HTMLElement | null} */
  #current = null;

  /** @param {HTMLElement} body @param {{onSeek: (time: number) => void, onLoop: (span: Span) => void}} actions */
  constructor(body, { onSeek, onLoop }) {
    this.body = body;
    this.onSeek = onSeek;
    this.onLoop = onLoop;
    const kinds = /** @type {const} */ (['segments', 'windows']);
    for (const kind of kinds) {
      byId(kind).addEventListener('click', () => {
        for (const one of kinds) press(byId(one), one === kind);
        this.kind = kind;
        this.#write(0);
      });
    }
  }

  /** @param {Results} results */
  update(results) {
    const isSame = results === this.#results;
    this.#results = results;
    // All but the last row are as they were: only what came is written, so that a long video does not slow the page down.
    this.#write(isSame ? Math.max(0, this.rows.length - 2) : 0);
  }

  /** The row of now stands out. @param {number} time */
  show(time) {
    const place = this.rows.findLastIndex(({ start, end }) => time >= start && time < end);
    const row = /** @type {HTMLElement | undefined} */ (this.body.children[place]) ?? null;
    if (row === this.#current) return;
    this.#current?.removeAttribute('aria-current');
    row?.setAttribute('aria-current', 'true');
    this.#current = row;
  }

  /** @param {number} kept rows at the top that are still right */
  #write(kept) {
    this.rows = this.#results === null ? [] : rowsOf(this.#results, this.kind);
    const written = this.rows.slice(0, most);
    while (this.body.children.length > Math.min(kept, written.length)) this.body.lastChild?.remove();
    this.body.append(...written.slice(this.body.children.length).map((span) => this.#row(span)));
    const left = this.rows.length - written.length;
    if (left > 0) {
      const told = `${left} more: CSV and JSON have them all`;
      this.body.append(element('tr', {}, element('td', { colspan: '6', class: 'text faint' }, told)));
    }
    this.#current = null;
  }

  /** @param {Span} span */
  #row(span) {
    const { label, start, end, score } = span;
    const go = element('button', { type: 'button', class: 'link' }, swatch(label), label);
    go.addEventListener('click', () => this.onSeek(start));
    const loop = element('button', { type: 'button', class: 'small', 'aria-label': `Loop ${label}, ${clock(start)}` });
    loop.append(icon('loop'));
    loop.addEventListener('click', () => this.onLoop(span));
    const cells = [clock(start), clock(end), `${(end - start).toFixed(1)} s`, percent(score)];
    const row = element('tr', {}, element('th', { scope: 'row', class: 'text' }, go));
    row.append(...cells.map((text) => element('td', {}, text)), element('td', {}, loop));
    return row;
  }
}

/** @param {Results} results @param {'segments' | 'windows'} kind @returns {Span[]} */
export function rowsOf(results, kind) {
  if (kind === 'segments') return results.spans;
  return results.windows.flatMap((window) => {
    const [top] = window.predictions;
    const { startSeconds: start, endSeconds: end } = window;
    return top ? [{ start, end, label: top.label, score: top.score }] : [];
  });
}

import { element, isPressed, press } from './dom.mjs';
import { percent } from './format.mjs';
import { colour, swatch } from './palette.mjs';

/** @typedef {import('./results.mjs').Results} Results */

/** Rows; a model may have hundreds of labels. */
const most = 12;
/** Curves that are drawn before anyone has chosen. */
const curvesAtFirst = 10;
/** A label that never came so far is not worth a row. */
const worthwhile = 0.1;

/** The labels of a video: a legend, what each scores at the playhead, and which of them have a curve. */
export class LabelList {
  /** @type {Map<string, {row: HTMLElement, score: HTMLElement}>} */
  #rows = new Map();
  /** Null until someone has chosen. @type {Set<string> | null} */
  #chosen = null;

  /** @param {HTMLElement} root @param {(chosen: Set<string>) => void} onChosen */
  constructor(root, onChosen) {
    this.root = root;
    this.onChosen = onChosen;
  }

  clear() {
    this.#rows.clear();
    this.#chosen = null;
    this.root.replaceChildren();
  }

  /** @param {Results} results */
  update(results) {
    const best = results.labels
      .filter(({ seconds, peak }) => seconds > 0 || peak >= worthwhile)
      .sort((a, b) => b.seconds - a.seconds || b.peak - a.peak)
      .map(({ label }) => label);
    const listed = new Set(best.slice(0, most));
    const shown = results.labels.map(({ label }) => label).filter((label) => listed.has(label));
    const chosen = this.#chosen ?? new Set(best.slice(0, curvesAtFirst));
    const known = [...this.#rows.keys()];
    if (known.length !== shown.length || known.some((label, place) => label !== shown[place])) this.#list(shown);
    for (const [label, { row }] of this.#rows) press(/** @type {HTMLElement} */ (row.firstChild), chosen.has(label));
    this.onChosen(chosen);
  }

  /** What each label scores in a window. @param {import('./server.mjs').Window | null} window @param {string | null} top */
  show(window, top) {
    for (const [label, { row, score }] of this.#rows) {
      const found = window?.predictions.find((one) => one.label === label);
      row.classList.toggle('top', label === top);
      row.style.setProperty('--share', String(found?.score ?? 0));
      score.textContent = found ? percent(found.score) : '';
    }
  }

  /** Rows that are there already move, so that the focus stays where it is. @param {string[]} labels */
  #list(labels) {
    const before = this.#rows;
    this.#rows = new Map(labels.map((label) => [label, before.get(label) ?? this.#row(label)]));
    const rows = [...this.#rows.values()].map(({ row }) => row);
    const focused = document.activeElement;
    this.root.replaceChildren(...rows);
    if (focused instanceof HTMLElement && this.root.contains(focused)) focused.focus();
  }

  /** @param {string} label */
  #row(label) {
    const score = element('span', { class: 'score' });
    const name = element('span', { class: 'name' }, label);
    const button = element('button', { type: 'button', title: 'Show its curve' }, swatch(label), name, score);
    const row = element('li', {}, button);
    colour(row, label);
    button.addEventListener('click', () => {
      press(button, !isPressed(button));
      const pressed = [...this.#rows].filter(([, one]) => isPressed(/** @type {HTMLElement} */ (one.row.firstChild)));
      this.#chosen = new Set(pressed.map(([one]) => one));
      this.onChosen(this.#chosen);
    });
    return { row, score };
  }
}

import { byId } from './dom.mjs';
import { clock } from './format.mjs';
import { Results } from './results.mjs';
import { classify } from './server.mjs';

/** @typedef {import('./server.mjs').Model} Model */
/** @typedef {import('./server.mjs').Summary} Summary */

/** One video on its way through a model. */
export class Run {
  #controller = new AbortController();
  /** @type {Summary | null} */
  summary = null;

  /** @param {Model} model @param {Record<string, string>} query */
  constructor(model, query) {
    this.model = model;
    this.query = query;
    this.results = new Results(model.task === 'multilabel');
  }

  get isStopped() {
    return this.#controller.signal.aborted;
  }

  stop() {
    this.#controller.abort();
  }

  /** Adds what the server finds, as it comes. @param {Blob} file @param {() => void} onWindow */
  async whole(file, onWindow) {
    const windows = classify(file, this.query, this.#controller.signal);
    for (;;) {
      const { value, done } = await windows.next();
      if (this.isStopped) return;
      if (done) {
        this.summary = /** @type {Summary} */ (value);
        return;
      }
      this.results.add(/** @type {import('./server.mjs').Window} */ (value));
      onWindow();
    }
  }

  /**
   * The same of a piece of a recording, which is one window.
   * @param {Blob} piece
   * @param {number} start seconds
   * @param {number} seconds its length
   * @param {() => void} onWindow
   */
  async piece(piece, start, seconds, onWindow) {
    const query = { ...this.query, windowSeconds: String(seconds), strideSeconds: String(seconds) };
    for await (const { predictions } of classify(piece, query, this.#controller.signal)) {
      if (this.isStopped) return;
      this.results.add({ startSeconds: start, endSeconds: start + seconds, paddedSeconds: 0, predictions });
      onWindow();
      // A piece that lasts a moment too long has another window, of hardly anything.
      return;
    }
  }
}

/** What is going on, in words and as a bar; now and then also to those who do not see it. */
export const status = {
  /** @param {string} text @param {{share?: number | null, isTold?: boolean}} [options] `share` null: nobody knows how much is left */
  show(text, { share, isTold = false } = {}) {
    byId('status').textContent = text;
    const bar = /** @type {HTMLProgressElement} */ (byId('progress'));
    bar.hidden = share === undefined;
    if (typeof share === 'number') bar.value = share;
    else bar.removeAttribute('value');
    if (isTold) byId('told').textContent = text;
  },
  /** @param {Run} run @param {number} duration */
  working({ results }, duration) {
    const { reached } = results;
    const share = duration > 0 ? Math.min(1, reached / duration) : null;
    this.show(
      `${count(results.windows.length, 'window')}, ${clock(reached)} of ${duration > 0 ? clock(duration) : '?'}`,
      {
        share,
      },
    );
  },
  /** @param {Run} run @param {number} seconds */
  done({ results, summary }, seconds) {
    const found = `${count(results.windows.length, 'window')}, ${count(results.spans.length, 'segment')}`;
    const warnings = (summary?.warnings ?? []).map((warning) => `; ${warning}`).join('');
    this.show(`${found} in ${seconds.toFixed(1)}\u00a0s${warnings}`, { isTold: true });
  },
};

/** @param {number} number @param {string} name */
const count = (number, name) => `${number} ${name}${number === 1 ? '' : 's'}`;

import { byId, element } from './dom.mjs';

/** @typedef {import('./server.mjs').Model} Model */

/** Of few labels all are asked for, so that every curve is whole. @param {number} labels */
const usualTopK = (labels) => (labels <= 20 ? labels : 5);

/** The model and how it is to look at a video. */
export class Options {
  /** @type {Model[]} */
  #models = [];
  #form = byId('options');
  #again = byId('again');
  /** Of the last run. @type {string | null} */
  #used = null;

  /** @param {() => void} onAgain */
  constructor(onAgain) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      onAgain();
    });
    this.#form.addEventListener('input', () => {
      this.#suggest();
      this.#again.hidden = this.#used === null || this.#used === JSON.stringify(this.query);
    });
  }

  /** @param {Model[]} models */
  setModels(models) {
    if (JSON.stringify(models) === JSON.stringify(this.#models)) return;
    this.#models = models;
    const select = this.#field('model');
    const { value } = select;
    select.replaceChildren(...this.#models.map(({ name }) => element('option', { value: name }, name)));
    if (models.some(({ name }) => name === value)) select.value = value;
    select.disabled = this.#models.length === 0;
    this.#suggest();
  }

  /** @returns {Model | null} */
  get model() {
    const name = this.#field('model').value;
    return this.#models.find((model) => model.name === name) ?? null;
  }

  /** Whether what was typed can be sent; tells of what cannot. */
  get isValid() {
    return /** @type {HTMLFormElement} */ (this.#form).reportValidity();
  }

  /** What the server is asked. @returns {Record<string, string>} */
  get query() {
    const topK = String(usualTopK(this.model?.labels.length ?? 1));
    const typed = ['windowSeconds', 'strideSeconds', 'topK'].map((name) => [name, this.#field(name).value]);
    const said = Object.fromEntries(typed.filter(([, value]) => value !== ''));
    return { model: this.model?.name ?? '', topK, ...said };
  }

  /** Of one window of the model, in seconds. */
  get windowSeconds() {
    const { frames, frameRate } = this.model?.input ?? { frames: 1, frameRate: 1 };
    return Number(this.#field('windowSeconds').value) || frames / frameRate;
  }

  /** From now on the button is there when something has changed. */
  use() {
    this.#used = JSON.stringify(this.query);
    this.#again.hidden = true;
  }

  /** The last run failed: it may be tried once more as it was. */
  offerAgain() {
    this.#again.hidden = false;
  }

  /** What holds where nothing is typed. */
  #suggest() {
    const { model } = this;
    if (model === null) return;
    const window = this.windowSeconds;
    const { frames, frameRate } = model.input;
    this.#field('windowSeconds').setAttribute('placeholder', rounded(frames / frameRate));
    this.#field('strideSeconds').setAttribute('placeholder', rounded(window));
    this.#field('topK').setAttribute('max', String(model.labels.length));
    this.#field('topK').setAttribute('placeholder', String(usualTopK(model.labels.length)));
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (this.#form).elements.namedItem(name));
  }
}

/** @param {number} seconds */
const rounded = (seconds) => String(Number(seconds.toFixed(2)));

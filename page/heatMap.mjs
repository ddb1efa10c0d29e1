import { percent } from './format.mjs';
import { explain } from './server.mjs';

/** @typedef {import('./server.mjs').Explanation} Explanation */

/** Viridis, from 0 to 1. */
const scale = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
/** How much of the picture the strongest place covers. */
const opacity = 0.75;
/** Milliseconds for which the playhead has to stand still. */
const patience = 250;

/** Where the model looked at the moment that is shown, drawn over the picture. */
export class HeatMap {
  #controller = new AbortController();
  #timer = 0;

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} caption @param {(error: unknown) => void} onError */
  constructor(canvas, caption, onError) {
    this.canvas = canvas;
    this.caption = caption;
    this.onError = onError;
  }

  hide() {
    this.#controller.abort();
    clearTimeout(this.#timer);
    this.canvas.hidden = true;
    this.caption.hidden = true;
  }

  /**
   * Asks for the map of a moment once nobody moves any more.
   * @param {Blob} file
   * @param {{model: import('./server.mjs').Model, time: number, video: HTMLVideoElement}} moment
   */
  show(file, { model, time, video }) {
    this.hide();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#timer = setTimeout(async () => {
      this.#tell('Looking …');
      try {
        const found = await explain(file, { model: model.name, atSeconds: time.toFixed(3) }, signal);
        if (signal.aborted) return;
        this.#draw(found, video);
        this.#tell(`Where it looks for ${found.label} · ${percent(found.score)}`);
      } catch (error) {
        if (signal.aborted) return;
        this.hide();
        this.onError(error);
      }
    }, patience);
  }

  /** @param {string} text */
  #tell(text) {
    this.caption.textContent = text;
    this.caption.hidden = false;
  }

  /** @param {Explanation} found @param {HTMLVideoElement} video */
  #draw({ map, area }, video) {
    const { width, height } = map;
    this.canvas.width = width;
    this.canvas.height = height;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    context.putImageData(new ImageData(pixelsOf(map.data), width, height), 0, 0);
    const picture = pictureIn(video);
    this.canvas.style.left = `${picture.left + area.left * picture.width}px`;
    this.canvas.style.top = `${picture.top + area.top * picture.height}px`;
    this.canvas.style.width = `${area.width * picture.width}px`;
    this.canvas.style.height = `${area.height * picture.height}px`;
    this.canvas.hidden = false;
  }
}

/** @param {number[]} values */
function pixelsOf(values) {
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (const [place, value] of values.entries()) {
    const part = Math.min(1, Math.max(0, value)) * (scale.length - 1);
    const [low, high] = [scale[Math.floor(part)], scale[Math.ceil(part)]];
    for (const channel of [0, 1, 2]) {
      pixels[place * 4 + channel] = low[channel] + (high[channel] - low[channel]) * (part % 1);
    }
    pixels[place * 4 + 3] = value * opacity * 255;
  }
  return pixels;
}

/** Where the picture is within its element, which has bars beside or above it. @param {HTMLVideoElement} video */
function pictureIn({ clientWidth, clientHeight, videoWidth, videoHeight, offsetLeft, offsetTop }) {
  const factor = Math.min(clientWidth / videoWidth, clientHeight / videoHeight);
  const [width, height] = [videoWidth * factor, videoHeight * factor];
  return { width, height, left: offsetLeft + (clientWidth - width) / 2, top: offsetTop + (clientHeight - height) / 2 };
}

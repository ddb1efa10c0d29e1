/** @typedef {import('./server.mjs').Window} Window */
/** @typedef {{start: number, end: number, window: Window}} Cell the part of the time in which a window is the nearest one */
/** @typedef {{start: number, end: number, label: string, score: number}} Span windows in a row with the same label on top */

/** What a label has to reach to be shown, where a clip may have none. */
const likely = 0.5;

/** The windows of a video as they come, and what follows from them. */
export class Results {
  /** @type {Window[]} */
  windows = [];
  /** Seconds; what goes beyond it was padding. */
  duration = Number.POSITIVE_INFINITY;
  /** @type {{cells: Cell[], spans: Span[], labels: {label: string, seconds: number, peak: number}[]} | null} */
  #derived = null;

  /** @param {boolean} severalLabels whether a clip may have several labels, or none */
  constructor(severalLabels) {
    this.severalLabels = severalLabels;
  }

  /** @param {Window} window */
  add(window) {
    this.windows.push(window);
    this.#derived = null;
  }

  /** @param {number} seconds */
  endAt(seconds) {
    this.duration = seconds;
    this.#derived = null;
  }

  get cells() {
    return this.#derive().cells;
  }

  get spans() {
    return this.#derive().spans;
  }

  /** All that were seen, in the order in which they came first. */
  get labels() {
    return this.#derive().labels;
  }

  /** How far it has come, in seconds. */
  get reached() {
    return this.cells.at(-1)?.end ?? 0;
  }

  /** @param {Window} window @returns {string | null} */
  topOf(window) {
    const top = window.predictions[0];
    return top === undefined || (this.severalLabels && top.score < likely) ? null : top.label;
  }

  /** @param {number} time @returns {Window | null} */
  windowAt(time) {
    return at(this.cells, time)?.window ?? null;
  }

  /** @param {number} time @returns {Span | null} */
  spanAt(time) {
    return at(this.spans, time);
  }

  #derive() {
    this.#derived ??= (() => {
      const cells = cellsOf(this.windows, this.duration);
      const spans = spansOf(cells, (window) => this.topOf(window));
      return { cells, spans, labels: labelsOf(spans, this.windows) };
    })();
    return this.#derived;
  }
}

/** Windows may overlap: a moment belongs to the one whose middle is nearest. @param {Window[]} windows @param {number} duration */
function cellsOf(windows, duration) {
  const middle = (/** @type {Window} */ { startSeconds, endSeconds }) => (startSeconds + endSeconds) / 2;
  return windows.map((window, place) => {
    const [before, after] = [windows[place - 1], windows[place + 1]];
    const from = before ? (middle(before) + middle(window)) / 2 : 0;
    const to = after ? (middle(window) + middle(after)) / 2 : Number.POSITIVE_INFINITY;
    const start = Math.min(Math.max(window.startSeconds, from), duration);
    return { start, end: Math.max(start, Math.min(window.endSeconds, to, duration)), window };
  });
}

/** @param {Cell[]} cells @param {(window: Window) => string | null} topOf */
function spansOf(cells, topOf) {
  /** @type {(Span & {windows: number})[]} */
  const spans = [];
  for (const { start, end, window } of cells) {
    const label = topOf(window);
    if (label === null) continue;
    const { score } = window.predictions[0];
    const last = spans.at(-1);
    // A rounding error is no gap.
    if (last && last.label === label && start - last.end < 1e-3) {
      last.end = end;
      last.score += (score - last.score) / ++last.windows;
    } else {
      spans.push({ start, end, label, score, windows: 1 });
    }
  }
  return spans;
}

/** @param {Span[]} spans @param {Window[]} windows */
function labelsOf(spans, windows) {
  /** @type {Map<string, {label: string, seconds: number, peak: number}>} */
  const found = new Map();
  // On top for the first time comes before seen for the first time.
  for (const { label } of spans) found.set(label, { label, seconds: 0, peak: 0 });
  for (const { predictions } of windows) {
    for (const { label, score } of predictions) {
      const known = found.get(label);
      if (known) known.peak = Math.max(known.peak, score);
      else found.set(label, { label, seconds: 0, peak: score });
    }
  }
  for (const { label, start, end } of spans) {
    const known = found.get(label);
    if (known) known.seconds += end - start;
  }
  return [...found.values()];
}

/** @template {{start: number, end: number}} T @param {T[]} sorted @param {number} time @returns {T | null} */
function at(sorted, time) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low - 1];
  // The end of a video belongs to its last moment.
  const isLast = low === sorted.length;
  return found && (time < found.end || (isLast && time <= found.end + 0.05)) ? found : null;
}

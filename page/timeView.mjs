/** The shortest part of a video that can be looked at, in seconds. */
const shortest = 0.5;

/** Which part of the time is shown, from its left edge to its right one. */
export class TimeView {
  duration = 0;
  from = 0;
  to = 0;

  get isWhole() {
    return this.to - this.from >= this.duration - 1e-6;
  }

  /** A view of the whole grows with the video. @param {number} duration seconds */
  setDuration(duration) {
    const { isWhole } = this;
    this.duration = duration;
    if (isWhole) this.showAll();
    else this.#put(this.from, this.to - this.from);
  }

  showAll() {
    this.from = 0;
    this.to = this.duration;
  }

  /** The moment `around` stays where it is. @param {number} factor above 1: closer @param {number} around seconds */
  zoom(factor, around) {
    const span = this.to - this.from;
    const wanted = Math.min(this.duration, Math.max(Math.min(shortest, this.duration), span / factor));
    this.#put(around - ((around - this.from) / span) * wanted, wanted);
  }

  /** @param {number} seconds */
  pan(seconds) {
    this.#put(this.from + seconds, this.to - this.from);
  }

  /** Turns the page where a moment is outside. @param {number} time */
  follow(time) {
    const span = this.to - this.from;
    if (time < this.from || time > this.to) this.#put(time - span * 0.1, span);
  }

  /** @param {number} from @param {number} span */
  #put(from, span) {
    this.from = Math.max(0, Math.min(from, this.duration - span));
    this.to = this.from + Math.min(span, this.duration);
  }
}

/** Seconds between marks, so that they are at least so far apart. @param {number} seconds */
export function tickStep(seconds) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  return steps.find((step) => step >= seconds) ?? Math.ceil(seconds / 3600) * 3600;
}

import { listenToControls, showState } from './controls.mjs';
import { byId, isPressed, oncePerFrame, press } from './dom.mjs';
import { clock } from './format.mjs';
import { HeatMap } from './heatMap.mjs';
import { LabelList } from './labelList.mjs';
import { introduce } from './palette.mjs';
import { Player } from './player.mjs';
import { Results } from './results.mjs';
import { ResultTable } from './resultTable.mjs';
import { Timeline } from './timeline.mjs';

/** @typedef {import('./results.mjs').Span} Span */
/** @typedef {import('./run.mjs').Run} Run */

/** The video, its timeline, its labels and its table: all that shows one moment, and all that changes it. */
export class Workbench {
  /** @type {Blob | null} */
  file = null;
  /** @type {Run | null} */
  run = null;
  #isDragging = false;
  #wasPlaying = false;

  /** @param {{onError: (error: unknown) => void, onRefresh: () => void}} actions */
  constructor({ onError, onRefresh }) {
    const seek = (/** @type {number} */ time) => this.seek(time);
    this.timeline = new Timeline(byId('timeline'), new Results(false), {
      onSeek: seek,
      onDrag: (isDragging) => this.#drag(isDragging),
    });
    this.player = new Player(/** @type {HTMLVideoElement} */ (byId('video')), {
      onTime: () => this.#showTime(),
      onDuration: (seconds) => this.setDuration(seconds),
      onState: () => this.#showState(),
    });
    this.labels = new LabelList(byId('labels'), (chosen) => this.timeline.setChosen(chosen));
    this.table = new ResultTable(byId('rows'), { onSeek: seek, onLoop: (span) => this.#loop(span, true) });
    this.heat = new HeatMap(/** @type {HTMLCanvasElement} */ (byId('map')), byId('caption'), (error) => {
      press(byId('explain'), false);
      onError(error);
    });
    listenToControls(this.player, this.timeline, {
      seek,
      jump: (direction) => this.#jump(direction),
      loop: () => this.#loop(this.player.loop ? null : this.#results.spanAt(this.player.time), false),
      heat: () => this.#toggleHeat(),
    });
    new ResizeObserver(() => this.#showHeat()).observe(byId('stage'));
    this.refresh = oncePerFrame(() => {
      this.#refresh();
      onRefresh();
    });
  }

  get duration() {
    return this.timeline.view.duration;
  }

  get #results() {
    return this.run?.results ?? new Results(false);
  }

  /** Another video, of which nothing is known yet. @param {Blob | null} file */
  clear(file) {
    this.file = file;
    this.run = null;
    press(byId('explain'), false);
    this.heat.hide();
    this.player.close();
    this.labels.clear();
    this.timeline.clear();
  }

  /** @param {Run} run */
  begin(run) {
    this.run = run;
    run.results.endAt(this.duration || Number.POSITIVE_INFINITY);
    this.timeline.setResults(run.results);
    this.labels.clear();
    byId('explain').hidden = !run.model.canExplain;
    this.refresh();
  }

  /** @param {number} seconds */
  setDuration(seconds) {
    this.run?.results.endAt(seconds);
    this.timeline.setDuration(seconds);
    this.refresh();
  }

  /** @param {number} time */
  seek(time) {
    if (this.player.video.srcObject !== null) return;
    const within = Math.min(Math.max(0, time), this.duration);
    const { loop } = this.player;
    // Whoever leaves the part that is played over and over goes on from there.
    if (loop && (within < loop.start || within >= loop.end)) this.#loop(null, false);
    this.player.seek(within);
    this.timeline.setTime(within, !this.#isDragging);
  }

  #refresh() {
    const results = this.#results;
    if (!this.player.canPlay || !Number.isFinite(this.player.duration))
      this.timeline.setDuration(Math.max(this.duration, results.reached));
    introduce(results.labels.map(({ label }) => label));
    this.labels.update(results);
    this.table.update(results);
    this.timeline.draw();
    this.#showTime();
  }

  #showTime() {
    const { time, isPlaying } = this.player;
    const window = this.#results.windowAt(time);
    this.timeline.setTime(time, isPlaying && !this.#isDragging);
    this.labels.show(window, window && this.#results.topOf(window));
    this.table.show(time);
    byId('clock').textContent = this.duration > 0 ? `${clock(time)} / ${clock(this.duration)}` : clock(time);
    if (!isPlaying) this.#showHeat();
    else this.heat.hide();
  }

  #showState() {
    showState(this.player);
    byId('stage').classList.toggle('unplayable', !this.player.canPlay);
    this.#showHeat();
  }

  /** @param {boolean} isDragging */
  #drag(isDragging) {
    this.#isDragging = isDragging;
    if (isDragging) {
      this.#wasPlaying = this.player.isPlaying;
      this.player.video.pause();
    } else if (this.#wasPlaying) {
      void this.player.play();
    }
  }

  /** @param {1 | -1} direction */
  #jump(direction) {
    const { spans } = this.#results;
    const { time } = this.player;
    // Going back from just after a segment's start goes to the one before.
    const target =
      direction > 0
        ? spans.find(({ start }) => start > time + 0.01)
        : spans.findLast(({ start }) => start < time - 0.3);
    const wasLooping = this.player.loop !== null;
    this.seek(target?.start ?? (direction > 0 ? this.duration : 0));
    if (wasLooping && target) this.#loop(target, false);
  }

  /** @param {Span | null} span @param {boolean} plays */
  #loop(span, plays) {
    this.player.loop = span;
    this.timeline.setLoop(span);
    if (span && plays) {
      this.seek(span.start);
      void this.player.play();
    }
    showState(this.player);
  }

  #toggleHeat() {
    if (byId('explain').hidden) return;
    press(byId('explain'), !isPressed(byId('explain')));
    this.player.video.pause();
    this.#showHeat();
  }

  #showHeat() {
    const { video, canPlay, isPlaying, time } = this.player;
    const isWanted = isPressed(byId('explain')) && canPlay && !isPlaying;
    if (!isWanted || this.file === null || this.run === null) this.heat.hide();
    else this.heat.show(this.file, { model: this.run.model, time, video });
  }
}

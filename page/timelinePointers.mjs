import { margin, overview } from './timelinePainter.mjs';

/** @typedef {import('./timeline.mjs').Timeline} Timeline */

/** A wheel that turned over the page a moment ago goes on turning the page, so that nobody is caught by the timeline. */
const settled = 300;

/**
 * Mouse, finger and wheel: a drag seeks, two fingers or the wheel zoom, a drag along the overview moves what is seen.
 * @param {Timeline} timeline
 * @param {{onSeek: (time: number) => void, onDrag: (isDragging: boolean) => void}} actions
 */
export function listenToPointers(timeline, { onSeek, onDrag }) {
  const { root } = timeline;
  /** @type {Map<number, number>} */
  const held = new Map();
  let isOnOverview = false;

  const shareAt = (/** @type {number} */ clientX) => {
    const { left, width } = root.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left - margin) / (width - 2 * margin)));
  };
  const timeAt = (/** @type {number} */ clientX) =>
    timeline.view.from + shareAt(clientX) * (timeline.view.to - timeline.view.from);
  const moveTo = (/** @type {number} */ clientX) => {
    const { view } = timeline;
    if (isOnOverview) {
      view.pan(shareAt(clientX) * view.duration - (view.from + view.to) / 2);
      timeline.draw();
    } else {
      onSeek(timeAt(clientX));
    }
  };
  const pinch = (/** @type {PointerEvent} */ event) => {
    const before = [...held.values()];
    held.set(event.pointerId, event.clientX);
    const after = [...held.values()];
    const apart = (/** @type {number[]} */ [one, two]) => Math.max(20, Math.abs(one - two));
    timeline.zoom(apart(after) / apart(before), timeAt((after[0] + after[1]) / 2));
  };

  root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || timeline.view.duration <= 0) return;
    root.setPointerCapture(event.pointerId);
    held.set(event.pointerId, event.clientX);
    if (held.size > 1) return;
    const y = event.clientY - root.getBoundingClientRect().top;
    isOnOverview = !timeline.view.isWhole && y >= overview.top - 6;
    onDrag(true);
    moveTo(event.clientX);
  });
  root.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' && timeline.view.duration > 0) timeline.hover(timeAt(event.clientX));
    if (held.size === 2 && held.has(event.pointerId)) pinch(event);
    else if (held.has(event.pointerId)) moveTo(event.clientX);
  });
  for (const ended of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    root.addEventListener(ended, (event) => {
      held.delete(event.pointerId);
      if (held.size === 0) onDrag(false);
    });
  }
  root.addEventListener('pointerleave', () => timeline.hover(null));

  let scrolledAt = 0;
  addEventListener('scroll', () => {
    scrolledAt = performance.now();
  });
  root.addEventListener(
    'wheel',
    (event) => {
      const { view } = timeline;
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const isPinch = event.ctrlKey || event.metaKey;
      // What the timeline has no use for scrolls the page.
      const isUseless = view.isWhole && (isSideways || event.deltaY > 0) && !isPinch;
      if (view.duration <= 0 || isUseless || performance.now() - scrolledAt < settled) return;
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const turned = (event.deltaX || event.deltaY) * step;
      if (isSideways) view.pan((turned / root.clientWidth) * (view.to - view.from));
      else timeline.zoom(Math.exp(-event.deltaY * step * (event.ctrlKey ? 0.01 : 0.002)), timeAt(event.clientX));
      timeline.hover(timeAt(event.clientX));
    },
    { passive: false },
  );
}

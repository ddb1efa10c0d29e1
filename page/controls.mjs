import { byId, isPressed, press } from './dom.mjs';

/** @typedef {import('./player.mjs').Player} Player */
/** @typedef {import('./timeline.mjs').Timeline} Timeline */
/** @typedef {{seek: (time: number) => void, jump: (direction: 1 | -1) => void, loop: () => void, heat: () => void}} Actions */

const step = 1;
const smallStep = 0.1;
const bigStep = 5;
const zoomStep = 1.6;

/**
 * The buttons below the video, and the keys that do the same while the video or its timeline has the focus.
 * @param {Player} player
 * @param {Timeline} timeline
 * @param {Actions} actions
 */
export function listenToControls(player, timeline, { seek, jump, loop, heat }) {
  const by = (/** @type {number} */ seconds) => seek(player.time + seconds);
  const mute = () => {
    player.video.muted = !player.video.muted;
  };
  const fill = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void byId('viewer').requestFullscreen?.();
  };
  const buttons = {
    toggle: () => player.toggle(),
    back: () => jump(-1),
    forth: () => jump(1),
    repeat: loop,
    explain: heat,
    mute,
    fill,
    'farther-out': () => timeline.zoom(1 / zoomStep),
    fit: () => timeline.fit(),
    'closer-in': () => timeline.zoom(zoomStep),
  };
  for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener('click', act);
  byId('video').addEventListener('click', () => player.toggle());

  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    ' ': () => player.toggle(),
    k: () => player.toggle(),
    arrowleft: ({ shiftKey }) => by(shiftKey ? -smallStep : -step),
    arrowright: ({ shiftKey }) => by(shiftKey ? smallStep : step),
    j: () => by(-bigStep),
    l: () => by(bigStep),
    home: () => seek(0),
    end: () => seek(timeline.view.duration),
    pageup: () => jump(-1),
    pagedown: () => jump(1),
    '[': () => jump(-1),
    ']': () => jump(1),
    r: loop,
    '+': () => timeline.zoom(zoomStep),
    '=': () => timeline.zoom(zoomStep),
    '-': () => timeline.zoom(1 / zoomStep),
    0: () => timeline.fit(),
    h: heat,
    m: mute,
    f: fill,
  };
  byId('viewer').addEventListener('keydown', (event) => {
    const act = keys[event.key.toLowerCase()];
    const isButton = event.target instanceof HTMLButtonElement;
    if (!act || event.ctrlKey || event.metaKey || event.altKey || (event.key === ' ' && isButton)) return;
    event.preventDefault();
    act(event);
  });
}

/** Buttons say what they would do, or what is. @param {Player} player */
export function showState(player) {
  const { isPlaying, video } = player;
  face('toggle', isPlaying ? 'Pause' : 'Play', isPlaying ? 'pause' : 'play');
  face('mute', 'Mute', video.muted ? 'muted' : 'sound');
  press(byId('mute'), video.muted);
  if (isPressed(byId('repeat')) !== (player.loop !== null)) press(byId('repeat'), player.loop !== null);
  /** @type {HTMLButtonElement} */ (byId('toggle')).disabled = !player.canPlay;
}

/** @param {string} id @param {string} label @param {string} picture */
function face(id, label, picture) {
  byId(id).setAttribute('aria-label', label);
  byId(id).querySelector('use')?.setAttribute('href', `#${picture}`);
}

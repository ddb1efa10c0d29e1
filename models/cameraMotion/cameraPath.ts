import { type CameraMotionLabel, clipShape } from './labels';
import { pick, type Random, uniform } from './random';

/** Where the camera is compared with its start. */
export interface CameraOffset {
  /** Of the window over the scene, to the right and down, in widths of the window at the start. */
  right: number;
  down: number;
  /** Logarithm of the window's size over its size at the start: negative is zoomed in. */
  size: number;
  /** Clockwise angle in radians by which the camera has turned. */
  roll: number;
}

/** The camera over time, in seconds from the first frame. */
export type CameraPath = (seconds: number) => CameraOffset;

/** Seconds from the first frame to the last. */
export const clipSeconds = (clipShape.frames - 1) / clipShape.frameRate;

/**
 * A speed of 1 moves the picture by one of its widths a second: everywhere in a pan, and at this distance from the
 * centre (in widths, about the mean over the frame) in a zoom or roll. One unit compares moves of different kinds.
 */
const meanRadius = 0.35;

/** The speed of a zoom by `share` a second: 0.1 makes things 10% larger. */
export function zoomSpeed(share: number): number {
  return meanRadius * Math.log(1 + share);
}

/** The speed of a roll by `degrees` a second. */
export function rollSpeed(degrees: number): number {
  return (meanRadius * degrees * Math.PI) / 180;
}

/** Distance travelled by `share` of the clip's time, as a share of the whole. */
export type Profile = (share: number) => number;

const steady: Profile = (share) => share;

/** Steady most of the time; else easing in, out or both, starting late or stopping early. */
export function randomProfile(random: Random): Profile {
  if (random() < 0.5) return steady;
  const late = uniform(random, 0, 0.35);
  const early = uniform(random, 0.65, 1);
  return pick<Profile>(random, [
    (share) => share * Math.abs(share),
    (share) => share * (2 - share),
    (share) => share - Math.sin(2 * Math.PI * share) / (2 * Math.PI),
    (share) => Math.max(0, share - late) / (1 - late),
    (share) => Math.min(share, early) / early,
  ]);
}

/** One directed move at `speed` (see `meanRadius`), all else still. */
export function directedMove(label: CameraMotionLabel, speed: number, profile: Profile = steady): CameraPath {
  const distance = (seconds: number) => speed * clipSeconds * profile(seconds / clipSeconds);
  const still = { right: 0, down: 0, size: 0, roll: 0 };
  switch (label) {
    case 'pan left':
      return (seconds) => ({ ...still, right: -distance(seconds) });
    case 'pan right':
      return (seconds) => ({ ...still, right: distance(seconds) });
    case 'tilt up':
      return (seconds) => ({ ...still, down: -distance(seconds) });
    case 'tilt down':
      return (seconds) => ({ ...still, down: distance(seconds) });
    case 'zoom in':
      return (seconds) => ({ ...still, size: -distance(seconds) / meanRadius });
    case 'zoom out':
      return (seconds) => ({ ...still, size: distance(seconds) / meanRadius });
    case 'roll clockwise':
      return (seconds) => ({ ...still, roll: distance(seconds) / meanRadius });
    case 'roll counter-clockwise':
      return (seconds) => ({ ...still, roll: -distance(seconds) / meanRadius });
    case 'static':
    case 'shake':
      return () => still;
  }
}

/** Trembling without a direction: `amount` is the standard deviation of its shifts, in widths. */
export function jitter(random: Random, amount: number): CameraPath {
  // At 1.6 Hz and more every component turns back within the clip, so nothing adds up to a pan or a roll.
  const tremor = (deviation: number) => {
    const waves = [1, 2, 3, 4].map(() => ({
      frequency: uniform(random, 1.6, 7),
      phase: uniform(random, 0, 2 * Math.PI),
      height: uniform(random, 0.5, 1),
    }));
    const power = waves.reduce((sum, { height }) => sum + height ** 2 / 2, 0);
    const scale = deviation / Math.sqrt(power);
    return (seconds: number) =>
      scale * waves.reduce((sum, w) => sum + w.height * Math.sin(2 * Math.PI * w.frequency * seconds + w.phase), 0);
  };
  const [right, down] = [tremor(amount), tremor(amount * uniform(random, 0.5, 1.2))];
  const [size, roll] = [tremor(amount * uniform(random, 0, 0.4)), tremor(amount * uniform(random, 0, 0.8))];
  return (seconds) => ({ right: right(seconds), down: down(seconds), size: size(seconds), roll: roll(seconds) });
}

/** All of the paths at the same time. */
export function together(...paths: CameraPath[]): CameraPath {
  return (seconds) => {
    const sum = { right: 0, down: 0, size: 0, roll: 0 };
    for (const path of paths) {
      const { right, down, size, roll } = path(seconds);
      sum.right += right;
      sum.down += down;
      sum.size += size;
      sum.roll += roll;
    }
    return sum;
  };
}

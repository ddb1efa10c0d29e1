import {
  type CameraPath,
  clipSeconds,
  directedMove,
  jitter,
  type Profile,
  randomProfile,
  rollSpeed,
  together,
  zoomSpeed,
} from './cameraPath';
import { type CameraMotionLabel, cameraMotionLabels } from './labels';
import { chance, logUniform, pick, type Random, uniform } from './random';

/**
 * `clear`: one move that a viewer would name. The rest are unclear on purpose; their label is one of those that fit:
 * `threshold`: between still and moving; `mixture`: two moves of like strength; `change`: two moves, one after the
 * other; `flat`: a clear move over nothing that shows it.
 */
export const planKinds = ['clear', 'threshold', 'mixture', 'change', 'flat'] as const;
export type PlanKind = (typeof planKinds)[number];

export interface MotionPlan {
  label: CameraMotionLabel;
  kind: PlanKind;
  path: CameraPath;
  /** Share of the clip at which another scene is cut to; null where there is no cut. */
  cutAt: number | null;
  /** Of a clear directed move: its place between the slowest and the fastest, 0…1, of the logarithm of speed. */
  pace: number | null;
}

const directed = cameraMotionLabels.filter((label) => label !== 'static' && label !== 'shake');

type MoveKind = 'pan' | 'tilt' | 'zoom' | 'roll';

/**
 * Speeds as in `directedMove`, that a viewer takes for a move: pans from 4 to 70% of the width a second, tilts from 3 to 55% (4 to 70% of
 * the height of a common picture), zooms from 4 to 80% a second, rolls from 2 to 50 degrees a second.
 */
const clearSpeed: Record<MoveKind, readonly [number, number]> = {
  pan: [0.04, 0.7],
  tilt: [0.03, 0.55],
  zoom: [zoomSpeed(0.04), zoomSpeed(0.8)],
  roll: [rollSpeed(2), rollSpeed(50)],
};
/** Below these a viewer says static: 1% of the width or of the size a second, half a degree. */
const stillSpeed: Record<MoveKind, number> = { pan: 0.01, tilt: 0.0075, zoom: zoomSpeed(0.01), roll: rollSpeed(0.5) };
/** The trembling that a viewer takes for shake, and that of a hand which holds still or moves the camera. */
const clearShake = [0.016, 0.05] as const;
const handTremor = 0.007;

const kindOf = (label: CameraMotionLabel) => label.split(' ')[0] as MoveKind;

/** The range of clear speeds of a directed label, slowest first. */
export function speedsOf(label: CameraMotionLabel): readonly [number, number] {
  return clearSpeed[kindOf(label)];
}

/** Of a hand under any move: none at all for a camera on a stand. */
const tremorOf = (random: Random) =>
  chance(random, 0.4) ? directedMove('static', 0) : jitter(random, handTremor * random());

/** A move for `label`. For `static` and `shake` the label's share of trembling alone. */
export function planMotion(label: CameraMotionLabel, kind: PlanKind, random: Random): MotionPlan {
  switch (kind) {
    case 'clear':
    case 'flat':
      return clearPlan(label, kind, random);
    case 'threshold':
      return { label, kind, path: thresholdPath(label, random), cutAt: null, pace: null };
    case 'mixture':
      return { label, kind, path: mixturePath(label, random), cutAt: null, pace: null };
    case 'change':
      return changingPlan(label, random);
  }
}

function clearPlan(label: CameraMotionLabel, kind: PlanKind, random: Random): MotionPlan {
  const pace = label === 'static' || label === 'shake' ? null : random();
  return { label, kind, path: clearPath(label, pace ?? 0, random), cutAt: null, pace };
}

/** The move itself, a little of others, and the tremor of a hand. */
function clearPath(label: CameraMotionLabel, pace: number, random: Random): CameraPath {
  if (label === 'shake') {
    const amount = logUniform(random, ...clearShake);
    const drift = directedMove(pick(random, directed), 0.3 * amount * random(), randomProfile(random));
    return together(jitter(random, amount), drift);
  }
  if (label === 'static') {
    const drifting = pick(random, directed);
    const drift = directedMove(drifting, stillSpeed[kindOf(drifting)] * (chance(random, 0.4) ? 0 : random()));
    return together(drift, tremorOf(random));
  }
  const [slowest, fastest] = speedsOf(label);
  const speed = slowest * (fastest / slowest) ** pace;
  const paths = [directedMove(label, speed, randomProfile(random)), tremorOf(random)];
  if (chance(random, 0.5)) {
    const others = directed.filter((other) => other.split(' ')[0] !== label.split(' ')[0]);
    paths.push(directedMove(pick(random, others), 0.3 * speed * random(), randomProfile(random)));
  }
  return together(...paths);
}

/** A clear move of one speed for as long as it takes, by hand. */
export function steadyMove(label: CameraMotionLabel, random: Random): CameraPath {
  if (label === 'shake') return jitter(random, logUniform(random, ...clearShake));
  const speed = label === 'static' ? 0 : logUniform(random, ...speedsOf(label));
  return together(directedMove(label, speed), tremorOf(random));
}

/** Between static and the label: the faster, the likelier is the move's label, so that the two even out in between. */
function thresholdPath(label: CameraMotionLabel, random: Random): CameraPath {
  // The square root makes the density rise along the range.
  const towardsLabel = Math.sqrt(random());
  const towardsMove = label === 'static' ? 1 - towardsLabel : towardsLabel;
  const between = (low: number, high: number) => low * (high / low) ** towardsMove;
  const move = label === 'static' ? pick(random, [...directed, 'shake'] as const) : label;
  if (move === 'shake') return jitter(random, between(handTremor, clearShake[0]));
  return together(directedMove(move, between(stillSpeed[kindOf(move)], speedsOf(move)[0])), tremorOf(random));
}

/** Two moves of different kinds at once, the label's as strong as the other one or somewhat stronger or weaker. */
function mixturePath(label: CameraMotionLabel, random: Random): CameraPath {
  if (label === 'static') return thresholdPath(label, random);
  const others = directed.filter((other) => other.split(' ')[0] !== label.split(' ')[0]);
  const other = pick(random, others);
  const ratio = 2 ** (2 * Math.sqrt(random()) - 1);
  if (label === 'shake') {
    const amount = logUniform(random, ...clearShake);
    return together(jitter(random, amount), directedMove(other, (4 * amount) / ratio));
  }
  const [slowest, fastest] = speedsOf(label);
  const speed = logUniform(random, slowest, fastest / 2);
  if (chance(random, 0.15)) return together(directedMove(label, speed), jitter(random, speed / 4 / ratio));
  return together(
    directedMove(label, speed, randomProfile(random)),
    directedMove(other, speed / ratio, randomProfile(random)),
  );
}

/** Two clear moves, one before and one after an instant, in one scene or across a cut. */
function changingPlan(label: CameraMotionLabel, random: Random): MotionPlan {
  const share = 0.3 + 0.4 * Math.sqrt(random());
  const other = pick(
    random,
    cameraMotionLabels.filter((candidate) => candidate !== label),
  );
  const first = chance(random, 0.5);
  const changeAt = first ? share : 1 - share;
  const before = first ? label : other;
  const after = first ? other : label;
  const path = together(part(before, random, 0, changeAt), part(after, random, changeAt, 1));
  return { label, kind: 'change', path, cutAt: chance(random, 0.5) ? changeAt : null, pace: null };
}

/** The clear move of `label` between two shares of the clip, at rest before and after. */
function part(label: CameraMotionLabel, random: Random, from: number, to: number): CameraPath {
  if (label === 'shake') {
    const tremor = jitter(random, logUniform(random, ...clearShake));
    const still = directedMove('static', 0);
    return (seconds) => (seconds >= from * clipSeconds && seconds <= to * clipSeconds ? tremor : still)(seconds);
  }
  if (label === 'static') return directedMove('static', 0);
  const profile: Profile = (share) => Math.min(Math.max(share, from), to) - from;
  return directedMove(
    label,
    uniform(random, 1, 3) * logUniform(random, speedsOf(label)[0], speedsOf(label)[1] / 3),
    profile,
  );
}

import {
  type CameraPath,
  clipSeconds,
  directedMove,
  jitter,
  type Profile,
  randomProfile,
  together,
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
}

const directed = cameraMotionLabels.filter((label) => label !== 'static' && label !== 'shake');

/** Speeds as in `directedMove`, that a viewer takes for a move, and the trembling that a viewer takes for shake. */
const clearSpeed = { pan: [0.12, 0.7], tilt: [0.12, 0.55], zoom: [0.1, 0.36], roll: [0.12, 0.42] } as const;
const clearShake = [0.016, 0.05] as const;
/** Below these a viewer says static. */
const stillSpeed = 0.007;
const stillTremor = 0.003;

/** The range of clear speeds of a directed label, slowest first. */
export function speedsOf(label: CameraMotionLabel): readonly [number, number] {
  return clearSpeed[label.split(' ')[0] as keyof typeof clearSpeed];
}

/** A move for `label`. For `static` and `shake` the label's share of trembling alone. */
export function planMotion(label: CameraMotionLabel, kind: PlanKind, random: Random): MotionPlan {
  switch (kind) {
    case 'clear':
    case 'flat':
      return { label, kind, path: clearPath(label, random), cutAt: null };
    case 'threshold':
      return { label, kind, path: thresholdPath(label, random), cutAt: null };
    case 'mixture':
      return { label, kind, path: mixturePath(label, random), cutAt: null };
    case 'change':
      return changingPlan(label, random);
  }
}

/** The move itself, a little of others, and the tremor of a hand. */
function clearPath(label: CameraMotionLabel, random: Random): CameraPath {
  if (label === 'shake') {
    const amount = logUniform(random, ...clearShake);
    const drift = directedMove(pick(random, directed), 0.3 * amount * random(), randomProfile(random));
    return together(jitter(random, amount), drift);
  }
  if (label === 'static') {
    const drift = directedMove(pick(random, directed), stillSpeed * random());
    return chance(random, 0.5) ? directedMove('static', 0) : together(drift, jitter(random, stillTremor * random()));
  }
  const speed = logUniform(random, ...speedsOf(label));
  const paths = [directedMove(label, speed, randomProfile(random))];
  if (chance(random, 0.5)) {
    const others = directed.filter((other) => other.split(' ')[0] !== label.split(' ')[0]);
    paths.push(directedMove(pick(random, others), 0.3 * speed * random(), randomProfile(random)));
  }
  if (chance(random, 0.5)) paths.push(jitter(random, Math.min(0.012, 0.1 * speed * random())));
  return together(...paths);
}

/** Between static and the label: the faster, the likelier is the move's label, so that the two even out in between. */
function thresholdPath(label: CameraMotionLabel, random: Random): CameraPath {
  // The square root makes the density rise along the range.
  const towardsLabel = Math.sqrt(random());
  const towardsMove = label === 'static' ? 1 - towardsLabel : towardsLabel;
  const between = (low: number, high: number) => low * (high / low) ** towardsMove;
  const move = label === 'static' ? pick(random, [...directed, 'shake'] as const) : label;
  if (move === 'shake') return jitter(random, between(stillTremor, clearShake[0]));
  return together(directedMove(move, between(stillSpeed, speedsOf(move)[0])), jitter(random, stillTremor * random()));
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
  return { label, kind: 'change', path, cutAt: chance(random, 0.5) ? changeAt : null };
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

import type { RgbClip } from '../../lib/clip/types';
import type { ClipDataset, ClipRequest } from '../../lib/dataset/types';
import { clipSeconds } from './cameraPath';
import { drawShot } from './drawShot';
import { type CameraMotionLabel, cameraMotionLabels, clipShape } from './labels';
import { type MotionPlan, type PlanKind, planMotion } from './motionPlan';
import { chance, type Random, uniform } from './random';
import { renderClip } from './renderClip';
import type { SceneLibrary } from './sceneLibrary';
import { plainSensor, randomSensor } from './sensor';

export interface GeneratedClipsOptions {
  /** Number of clips; a multiple of 10 holds every label equally often. */
  length: number;
  /** How likely each kind is; what is left to 1 is clear. */
  shares?: Partial<Record<Exclude<PlanKind, 'clear'>, number>>;
  /**
   * Epochs over which training goes from plain clips (a clear move over a still scene, nothing else) to all that can be
   * drawn. Direction of motion is found in minutes on plain clips, and hardly at all on the others alone. Default 0.
   */
  easyEpochs?: number;
}

/** How much of the training data is unclear on purpose. */
export const unclearShares = { threshold: 0.04, mixture: 0.04, change: 0.04, flat: 0.01 } as const;

/** Clips that are rendered when they are asked for. Sample `i` has label `i % 10`; all else is drawn at random. */
export function generatedClips(
  library: SceneLibrary,
  { length, shares = {}, easyEpochs = 0 }: GeneratedClipsOptions,
): ClipDataset {
  const labelOf = (index: number) => index % cameraMotionLabels.length;
  return {
    labels: cameraMotionLabels,
    length,
    labelOf,
    clip: async (index, { epoch, mode, random }: ClipRequest) => {
      const label = cameraMotionLabels[labelOf(index)] as CameraMotionLabel;
      const plainShare = mode === 'train' && epoch < easyEpochs ? 1 - epoch / easyEpochs : 0;
      if (chance(random, plainShare)) return plainClip(planMotion(label, 'clear', random), library, random);
      return drawnClip(label, shares, library, random).clip;
    },
  };
}

/** A clip of `label` and how it was meant: of each kind as likely as `shares` says, what is left to 1 clear. */
export function drawnClip(
  label: CameraMotionLabel,
  shares: NonNullable<GeneratedClipsOptions['shares']>,
  library: SceneLibrary,
  random: Random,
): { plan: MotionPlan; clip: RgbClip } {
  const plan = planMotion(label, randomKind(shares, random), random);
  return { plan, clip: randomClip(plan, library, random) };
}

/** Renders `plan` before a random scene, with random objects, timing, shutter and sensor. */
function randomClip(plan: MotionPlan, library: SceneLibrary, random: Random): RgbClip {
  const { frames, width, height, frameRate } = clipShape;
  const first = drawShot(plan.kind, plan.path, library, random);
  const second = plan.cutAt === null ? first : drawShot(plan.kind, plan.path, library, random);
  const cutFrame = plan.cutAt === null ? frames : Math.round(plan.cutAt * frames);
  // A video of another frame rate shows at each instant the last frame that it had.
  const sourceRate = chance(random, 0.3) ? uniform(random, 6, 30) : null;
  const late = random();
  // Of a video that is shorter than a clip the last frame is shown to the end; a change would not be seen.
  const endsEarly = plan.kind !== 'change' && chance(random, 0.2);
  const lastSeconds = endsEarly ? clipSeconds * uniform(random, 0.6, 1) : clipSeconds;
  return renderClip({
    path: plan.path,
    shotAt: (index) => (index < cutFrame ? first : second),
    secondsAt: (index) => {
      const shown = Math.min(index / frameRate, lastSeconds);
      return sourceRate === null ? shown : Math.min(Math.floor(shown * sourceRate + late) / sourceRate, lastSeconds);
    },
    shutterSeconds: chance(random, 0.6) ? uniform(random, 0, 0.9 / frameRate) : 0,
    sensor: randomSensor(width, height, random),
  });
}

/** Renders `plan` over a still scene and leaves the pixels as they are. */
function plainClip(plan: MotionPlan, library: SceneLibrary, random: Random): RgbClip {
  const shot = { ...drawShot(plan.kind, plan.path, library, random), sprites: [], softness: 0 };
  return renderClip({
    path: plan.path,
    shotAt: () => shot,
    secondsAt: (index) => index / clipShape.frameRate,
    shutterSeconds: 0,
    sensor: plainSensor,
  });
}

function randomKind(shares: NonNullable<GeneratedClipsOptions['shares']>, random: Random): PlanKind {
  let left = random();
  for (const [kind, share] of Object.entries(shares)) {
    left -= share;
    if (left < 0) return kind as PlanKind;
  }
  return 'clear';
}

import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import { openVideo } from '../../lib/video/openVideo';
import { clipSeconds } from './cameraPath';
import { excursion } from './drawShot';
import { type CameraMotionLabel, cameraMotionLabels, clipShape } from './labels';
import { naturalLook } from './look';
import { type MotionPlan, planMotion } from './motionPlan';
import { ownMotion, picturesOf } from './ownMotion';
import { type Picture, pyramid } from './picture';
import { type Random, uniform } from './random';
import { renderClip } from './renderClip';
import { plainSensor } from './sensor';
import type { WindowStart } from './window';

/** A camera's move simulated over real footage. */
export interface FootageClip {
  /** The folder that the video lies in, from the folder that was asked for. */
  source: string;
  plan: MotionPlan;
  clip: RgbClip;
}

export interface FootageOptions {
  /** Searched to any depth. */
  folder: string;
  /** Which of the videos, in the order of their names: `rest` of every `of`, so that others stay unseen. */
  part: { rest: number; of: number };
  seed: number;
}

/** Shorter videos would show their last frame for most of a clip. */
const leastSeconds = 1.2;
/** In pixels: a camera that moves by more does not stand still. */
const mostOwnMotion = 0.2;

/**
 * Moves a window that is smaller than the frame over real video while it plays: of each video whose own camera stands still, as
 * `ownMotion` tells, a clip of every label. Where a video ends before a clip does, the last frame stays.
 */
export async function* footageClips({ folder, part, seed }: FootageOptions): AsyncGenerator<FootageClip> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const [index, path] of paths.sort().entries()) {
    if (index % part.of !== part.rest) continue;
    const random = seededRandom(seed, index);
    const video = await stillWindow(path, random);
    if (video === null) continue;
    for (const label of cameraMotionLabels) {
      yield { source: relative(folder, dirname(path)), ...simulated(video, label, random) };
    }
  }
}

interface Window {
  pictures: readonly Picture[];
  seconds: number;
}

/** A random time of a video; null where it cannot be read, is too short, or its camera moves. */
async function stillWindow(path: string, random: Random): Promise<Window | null> {
  const { frames, frameRate } = clipShape;
  const video = await openVideo(path).catch(() => null);
  if (video === null) return null;
  try {
    const seconds = video.info.durationSeconds ?? 0;
    if (seconds < leastSeconds) return null;
    const startSeconds = uniform(random, 0, Math.max(0, seconds - clipSeconds));
    for await (const clip of video.readClips([{ startSeconds, frames, frameRate }])) {
      const pictures = picturesOf(clip);
      return ownMotion(pictures.map(small)) > mostOwnMotion ? null : { pictures, seconds: seconds - startSeconds };
    }
    return null;
  } catch {
    return null;
  } finally {
    await video.close();
  }
}

/** About 160 pixels wide. */
function small(picture: Picture): Picture {
  const levels = pyramid(picture);
  return levels[Math.min(levels.length - 1, Math.max(0, Math.round(Math.log2(picture.width / 160))))] as Picture;
}

function simulated(
  { pictures, seconds }: Window,
  label: CameraMotionLabel,
  random: Random,
): { plan: MotionPlan; clip: RgbClip } {
  const pyramids = pictures.map(pyramid);
  const first = pictures[0] as Picture;
  const { plan, start } = fittingMove(first, label, random);
  const lastSeconds = seconds - 1 / clipShape.frameRate;
  const clip = renderClip({
    path: plan.path,
    shotAt: () => ({
      scene: (index) => pyramids[index] ?? [first],
      start,
      sprites: [],
      softness: 0,
      look: naturalLook,
    }),
    secondsAt: (index) => Math.min(index / clipShape.frameRate, lastSeconds),
    shutterSeconds: 0,
    sensor: plainSensor,
  });
  return { plan, clip };
}

/** Draws moves and windows until one stays inside the picture. */
function fittingMove(
  picture: Picture,
  label: CameraMotionLabel,
  random: Random,
): { plan: MotionPlan; start: WindowStart } {
  for (;;) {
    const plan = planMotion(label, 'clear', random);
    for (let attempt = 0; attempt < 20; attempt++) {
      const start = {
        x: uniform(random, 0.2, 0.8) * picture.width,
        y: uniform(random, 0.2, 0.8) * picture.height,
        width: uniform(random, 0.35, 0.75) * picture.width,
        aspect: uniform(random, 1.2, 1.8),
        angle: 0,
        pivotRight: 0,
        pivotDown: 0,
      };
      if (excursion(picture, start, plan.path) === 0) return { plan, start };
    }
  }
}

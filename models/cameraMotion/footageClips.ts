import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbClip } from '../../lib/clip/types';
import { openVideo } from '../../lib/video/openVideo';
import type { VideoClip } from '../../lib/video/types';
import { clipSeconds } from './cameraPath';
import { excursion } from './drawShot';
import { type CameraMotionLabel, cameraMotionLabels, clipShape } from './labels';
import { naturalLook } from './look';
import { type MotionPlan, planMotion } from './motionPlan';
import { type Picture, pyramid } from './picture';
import { type Random, uniform } from './random';
import { renderClip } from './renderClip';
import { plainSensor } from './sensor';
import type { WindowStart } from './window';

/** A camera's move simulated over real footage. */
export interface FootageClip {
  file: string;
  label: CameraMotionLabel;
  clip: RgbClip;
}

export interface FootageOptions {
  folder: string;
  /** Names of files in `folder`; default all that decode and are long enough. */
  files?: readonly string[];
  /** Clips of every label from every file. */
  perLabel: number;
  seed: number;
}

/** Shorter videos would show their last frame for most of a clip. */
const leastSeconds = 1.2;

/**
 * Moves a window that is smaller than the frame over real video while it plays, balanced over labels and files.
 * Whatever the video's own camera does is in the clip as well; the simulated move is drawn to be the stronger one.
 */
export async function* footageClips({ folder, files, perLabel, seed }: FootageOptions): AsyncGenerator<FootageClip> {
  const names = files ?? (await readdir(folder)).sort();
  for (const [index, file] of names.entries()) {
    const random = seededRandom(seed, index);
    for await (const shot of shotsOf(join(folder, file), perLabel * cameraMotionLabels.length, random)) {
      const label = cameraMotionLabels[shot.index % cameraMotionLabels.length] as CameraMotionLabel;
      yield { file, label, clip: simulated(shot.video, label, random) };
    }
  }
}

/** Windows of `clipShape` at random times of one video; none where it cannot be read or is too short. */
async function* shotsOf(
  path: string,
  count: number,
  random: Random,
): AsyncGenerator<{ index: number; video: VideoClip }> {
  const { frames, frameRate } = clipShape;
  const video = await openVideo(path).catch(() => null);
  if (video === null) return;
  try {
    const latest = (video.info.durationSeconds ?? 0) - clipSeconds;
    if (latest < leastSeconds - clipSeconds) return;
    const windows = Array.from({ length: count }, () => ({
      startSeconds: uniform(random, 0, Math.max(0, latest)),
      frames,
      frameRate,
    }));
    let index = 0;
    for await (const clip of video.readClips(windows)) yield { index: index++, video: clip };
  } finally {
    await video.close();
  }
}

function simulated(video: VideoClip, label: CameraMotionLabel, random: Random): RgbClip {
  const size = video.height * video.width * 3;
  const pyramids = Array.from({ length: video.frames }, (_, index) => {
    const data = video.data.subarray(index * size, (index + 1) * size);
    return pyramid({ width: video.width, height: video.height, data });
  });
  const first = pyramids[0]?.[0] as Picture;
  const { plan, start } = fittingMove(first, label, random);
  return renderClip({
    path: plan.path,
    shotAt: () => ({
      scene: (index) => pyramids[index] ?? [first],
      start,
      sprites: [],
      softness: 0,
      look: naturalLook,
    }),
    secondsAt: (index) => index / clipShape.frameRate,
    shutterSeconds: 0,
    sensor: plainSensor,
  });
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

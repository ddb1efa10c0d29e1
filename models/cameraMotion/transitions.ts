import { seededRandom } from '../../lib/base/seededRandom';
import type { VideoModel } from '../../lib/model/videoModel';
import { type CameraPath, clipSeconds } from './cameraPath';
import { drawShot, excursion } from './drawShot';
import { type CameraMotionLabel, cameraMotionLabels, clipShape } from './labels';
import { steadyMove } from './motionPlan';
import { pick, type Random } from './random';
import { renderClip, type Shot } from './renderClip';
import type { SceneLibrary } from './sceneLibrary';
import { randomSensor } from './sensor';

/** Of each of the two moves. */
const moveSeconds = 4;
/** From one window's middle to the next. */
const strideSeconds = 0.25;

/**
 * How well windows that follow each other closely tell when one steady move of four seconds becomes another: the share of changes that
 * are found within half a second, and the median error. A change is found where the labels of windows, each taken at the middle of
 * its window, are best cut into those of the first move and those of the second.
 */
export async function transitions(model: VideoModel, library: SceneLibrary, count: number, seed: number) {
  const errors: number[] = [];
  for (let index = 0; index < count; index++) errors.push(await changeError(model, library, seededRandom(seed, index)));
  errors.sort((a, b) => a - b);
  return {
    changes: count,
    withinHalfASecond: errors.filter((error) => error <= 0.5).length / count,
    medianError: errors[count >> 1],
  };
}

async function changeError(model: VideoModel, library: SceneLibrary, random: Random): Promise<number> {
  const before = pick(random, cameraMotionLabels);
  const after = pick(
    random,
    cameraMotionLabels.filter((label) => label !== before),
  );
  const { shot, path } = fitting(before, after, library, random);
  const sensor = randomSensor(clipShape.width, clipShape.height, random);
  const half = clipSeconds / 2;
  const middles: number[] = [];
  for (let middle = half; middle <= 2 * moveSeconds - half; middle += strideSeconds) middles.push(middle);
  const labels = await Promise.all(
    middles.map(async (middle) => {
      const clip = renderClip({
        path,
        shotAt: () => shot,
        secondsAt: (index) => middle - half + index / clipShape.frameRate,
        shutterSeconds: 0,
        sensor,
      });
      return (await model.classifyClip(clip, { topK: 1 })).predictions[0]?.label;
    }),
  );
  const wrong = (cut: number) => labels.filter((label, place) => label !== (place < cut ? before : after)).length;
  let best = 0;
  for (let cut = 1; cut <= labels.length; cut++) if (wrong(cut) < wrong(best)) best = cut;
  const found = (middles[0] as number) + (best - 0.5) * strideSeconds;
  return Math.abs(found - moveSeconds);
}

/** Two moves, one after the other, over a scene that both stay in. */
function fitting(before: CameraMotionLabel, after: CameraMotionLabel, library: SceneLibrary, random: Random) {
  for (;;) {
    const path = following(steadyMove(before, random), steadyMove(after, random));
    const shot: Shot = drawShot('clear', path, library, random);
    const [picture] = shot.scene(0);
    // `excursion` looks at the time of a clip.
    const whole: CameraPath = (seconds) => path((seconds / clipSeconds) * 2 * moveSeconds);
    if (excursion(picture, shot.start, whole) === 0) return { shot, path };
  }
}

function following(first: CameraPath, second: CameraPath): CameraPath {
  const [end, begin] = [first(moveSeconds), second(0)];
  return (seconds) => {
    if (seconds < moveSeconds) return first(seconds);
    const since = second(seconds - moveSeconds);
    return {
      right: end.right + since.right - begin.right,
      down: end.down + since.down - begin.down,
      size: end.size + since.size - begin.size,
      roll: end.roll + since.roll - begin.roll,
    };
  };
}

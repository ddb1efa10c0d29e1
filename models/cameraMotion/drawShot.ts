import { type CameraPath, clipSeconds } from './cameraPath';
import { randomLook } from './look';
import type { PlanKind } from './motionPlan';
import { type Picture, type Pyramid, pyramid } from './picture';
import { chance, logUniform, type Random, sign, uniform } from './random';
import type { Shot } from './renderClip';
import type { SceneLibrary } from './sceneLibrary';
import { randomSprite, screenMark } from './sprite';
import { boundsOf, movedWindow, type WindowStart } from './window';
import { windowDetail } from './windowDetail';

const spriteCounts = [0, 0, 0, 1, 1, 2, 3, 5] as const;

/** A scene, a place in it from which `path` stays inside where that is possible, and things that move in front of it. */
export function drawShot(kind: PlanKind, path: CameraPath, library: SceneLibrary, random: Random): Shot {
  const [scene, start] = kind === 'flat' ? plainPlace(path, random) : visiblePlace(path, library, random);
  const count = kind === 'flat' ? 0 : (spriteCounts[Math.floor(random() * spriteCounts.length)] ?? 0);
  const sprites = Array.from({ length: count }, () => randomSprite(library.any(random), random));
  if (chance(random, 0.1)) sprites.push(screenMark(library.any(random), random));
  return {
    scene: () => scene,
    start,
    sprites,
    softness: chance(random, 0.3) ? uniform(random, 0, 1.5) : 0,
    look: randomLook(random),
  };
}

/** Below this much detail in the window (see `windowDetail`) a viewer cannot tell how it moves. */
const leastDetail = 2.5;

/** A scene and a place in it with something to see: the first of a few that has enough, else the last. */
function visiblePlace(path: CameraPath, library: SceneLibrary, random: Random): [Pyramid, WindowStart] {
  for (let attempt = 1; ; attempt++) {
    const scene = library.any(random);
    const start = randomStart(scene[0], path, random);
    const end = movedWindow(start, path(clipSeconds));
    if (attempt === 8 || Math.min(windowDetail(scene, start), windowDetail(scene, end)) >= leastDetail) {
      return [scene, start];
    }
  }
}

/** The best of a few random windows: the one whose way leaves the picture least. */
function randomStart(picture: Picture, path: CameraPath, random: Random): WindowStart {
  const aspect = logUniform(random, 0.5, 2.4);
  const angle = chance(random, 0.7) ? uniform(random, -0.12, 0.12) : uniform(random, -Math.PI, Math.PI);
  const offAxis = chance(random, 0.5) ? 0.22 : 0;
  let best: { start: WindowStart; outside: number } | null = null;
  for (let attempt = 0; attempt < 6 && best?.outside !== 0; attempt++) {
    const start = {
      x: uniform(random, 0.25, 0.75) * picture.width,
      y: uniform(random, 0.25, 0.75) * picture.height,
      width: logUniform(random, 0.2, 0.6) * picture.width,
      aspect,
      angle,
      pivotRight: offAxis * sign(random) * random(),
      pivotDown: offAxis * sign(random) * random(),
    };
    const outside = excursion(picture, start, path);
    if (best === null || outside < best.outside) best = { start, outside };
  }
  return (best as { start: WindowStart }).start;
}

/** How far the window leaves the picture on its way, in pixels; 0 where it stays inside. */
export function excursion({ width, height }: Picture, start: WindowStart, path: CameraPath): number {
  let furthest = 0;
  for (let share = 0; share <= 1; share += 0.25) {
    const { left, right, top, bottom } = boundsOf(movedWindow(start, path(share * clipSeconds)));
    furthest = Math.max(furthest, -left, -top, right - width, bottom - height);
  }
  return furthest;
}

/** One colour everywhere: only the noise of the sensor is to be seen. */
function plainPlace(path: CameraPath, random: Random): [Pyramid, WindowStart] {
  const [width, height] = [96, 72];
  const data = new Uint8Array(width * height * 3);
  const color = [random() * 255, random() * 255, random() * 255];
  for (let i = 0; i < data.length; i++) data[i] = color[i % 3] as number;
  const scene = pyramid({ width, height, data });
  return [scene, randomStart(scene[0], path, random)];
}

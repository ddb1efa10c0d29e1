import type { RgbClip } from '../../lib/clip/types';
import type { CameraPath } from './cameraPath';
import { clipShape } from './labels';
import { applyLook, type Look } from './look';
import type { Pyramid } from './picture';
import { type Accumulator, addWindow, levelFor } from './sampleWindow';
import type { Sensor } from './sensor';
import { drawSprite, type Sprite } from './sprite';
import { movedWindow, type WindowStart } from './window';

/** Everything that is in front of the camera during one shot. */
export interface Shot {
  /** The scene when frame `index` is taken: the same pyramid for a still scene. */
  scene(index: number): Pyramid;
  start: WindowStart;
  sprites: readonly Sprite[];
  /** Levels of blur. */
  softness: number;
  /** Of the scene, without the sprites. */
  look: Look;
}

export interface RenderOptions {
  path: CameraPath;
  /** The shot that frame `index` belongs to. */
  shotAt(index: number): Shot;
  /** Seconds at which frame `index` is taken. */
  secondsAt(index: number): number;
  /** Time that the shutter is open. */
  shutterSeconds: number;
  sensor: Sensor;
}

/** Places within a pixel, one for each moment while the shutter is open. */
const subSamples = [
  [-0.17, -0.33],
  [0.33, 0],
  [-0.17, 0.33],
] as const;

/** Renders a clip of `clipShape`. */
export function renderClip({ path, shotAt, secondsAt, shutterSeconds, sensor }: RenderOptions): RgbClip {
  const { frames, height, width } = clipShape;
  const frameBytes = height * width * 3;
  const data = new Uint8Array(frames * frameBytes);
  const accumulator: Accumulator = { width, height, sums: new Float32Array(frameBytes) };
  for (let index = 0; index < frames; index++) {
    const { scene, start, sprites, softness, look } = shotAt(index);
    const seconds = secondsAt(index);
    const picture = scene(index);
    const { sums } = accumulator;
    sums.fill(0);
    const window = movedWindow(start, path(seconds));
    const level = levelFor(picture, window.width, width, softness);
    subSamples.forEach(([shiftX, shiftY], moment) => {
      const open = seconds + shutterSeconds * ((moment + 0.5) / subSamples.length - 0.5);
      addWindow(accumulator, picture, level, movedWindow(start, path(open)), shiftX, shiftY);
    });
    for (let i = 0; i < frameBytes; i++) sums[i] = (sums[i] as number) / subSamples.length;
    applyLook(sums, look);
    for (const sprite of sprites) drawSprite(sums, width, height, sprite, start, window, seconds);
    sensor(sums, seconds, data.subarray(index * frameBytes, (index + 1) * frameBytes));
  }
  return { data, frames, height, width };
}

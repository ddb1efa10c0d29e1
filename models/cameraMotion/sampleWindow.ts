import type { Picture, Pyramid } from './picture';
import { rotated, type Window } from './window';

/** Sums of samples, H×W×3; divided by their number they are the frame. */
export interface Accumulator {
  width: number;
  height: number;
  sums: Float32Array;
}

/** The level at which one pixel of the frame is nearest to one pixel of the scene, `softness` levels blurred. */
export function levelFor(scene: Pyramid, windowWidth: number, frameWidth: number, softness: number): number {
  const level = Math.round(Math.log2(windowWidth / frameWidth) - 0.2 + softness);
  return Math.min(Math.max(level, 0), scene.length - 1);
}

/**
 * Adds one bilinear sample a pixel of what the window shows. `shiftX` and `shiftY`, in pixels of the frame, move the
 * samples within their pixels, so that several calls filter as they add up. Beyond its edges the scene is mirrored.
 */
export function addWindow(
  into: Accumulator,
  scene: Pyramid,
  level: number,
  window: Window,
  shiftX: number,
  shiftY: number,
): void {
  const { width, height, sums } = into;
  const picture = scene[level] as Picture;
  const perPixel = 1 / 2 ** level;
  const stepX = (window.width / width) * perPixel;
  const stepY = (window.width / window.aspect / height) * perPixel;
  const [acrossX, acrossY] = rotated(stepX, 0, window.angle);
  const [downX, downY] = rotated(0, stepY, window.angle);
  const [column, row] = [0.5 + shiftX - width / 2, 0.5 + shiftY - height / 2];
  let lineX = window.x * perPixel - 0.5 + column * acrossX + row * downX;
  let lineY = window.y * perPixel - 0.5 + column * acrossY + row * downY;
  const { data, width: sceneWidth, height: sceneHeight } = picture;
  const [lastX, lastY] = [sceneWidth - 1, sceneHeight - 1];
  let to = 0;
  for (let j = 0; j < height; j++, lineX += downX, lineY += downY) {
    let x = lineX;
    let y = lineY;
    for (let i = 0; i < width; i++, x += acrossX, y += acrossY, to += 3) {
      const inX = x >= 0 && x < lastX ? x : mirrored(x, lastX);
      const inY = y >= 0 && y < lastY ? y : mirrored(y, lastY);
      const left = inX | 0;
      const top = inY | 0;
      const fx = inX - left;
      const fy = inY - top;
      const a = (top * sceneWidth + left) * 3;
      const b = a + sceneWidth * 3;
      const w11 = fx * fy;
      const w01 = fx - w11;
      const w10 = fy - w11;
      const w00 = 1 - fx - w10;
      for (let channel = 0; channel < 3; channel++) {
        const [above, below] = [a + channel, b + channel];
        sums[to + channel] =
          at(sums, to + channel) +
          w00 * at(data, above) +
          w01 * at(data, above + 3) +
          w10 * at(data, below) +
          w11 * at(data, below + 3);
      }
    }
  }
}

/** Folded back into [0, last). */
function mirrored(position: number, last: number): number {
  const period = 2 * last;
  const folded = position - period * Math.floor(position / period);
  return Math.min(folded <= last ? folded : period - folded, last - 1e-3);
}

function at(values: Uint8Array | Float32Array, index: number): number {
  return values[index] as number;
}

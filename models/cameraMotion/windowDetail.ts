import { clipShape } from './labels';
import type { Picture, Pyramid } from './picture';
import { levelFor } from './sampleWindow';
import { rotated, type Window } from './window';

const probes = 16;

/** How much there is to see in a window: the mean difference of green between a pixel of the frame and its neighbours. */
export function windowDetail(scene: Pyramid, window: Window): number {
  const level = levelFor(scene, window.width, clipShape.width, 0);
  const { width, height, data } = scene[level] as Picture;
  let sum = 0;
  for (let j = 0; j < probes; j++) {
    for (let i = 0; i < probes; i++) {
      const [right, down] = rotated(
        ((i + 0.5) / probes - 0.5) * window.width,
        (((j + 0.5) / probes - 0.5) * window.width) / window.aspect,
        window.angle,
      );
      const x = Math.min(Math.max(Math.floor((window.x + right) / 2 ** level), 0), width - 2);
      const y = Math.min(Math.max(Math.floor((window.y + down) / 2 ** level), 0), height - 2);
      const at = (y * width + x) * 3 + 1;
      const here = data[at] as number;
      sum += Math.abs(here - (data[at + 3] as number)) + Math.abs(here - (data[at + width * 3] as number));
    }
  }
  return sum / (2 * probes * probes);
}

import { ownMotion } from '../../models/cameraMotion/ownMotion';
import type { Picture } from '../../models/cameraMotion/picture';

/** Waves of a picture 60 pixels wide, moved by so many pixels; what is in the patch is moved by three times as many more. */
function waves(shift: number, patch = 0): Picture {
  const [width, height] = [60, 40];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const moved = x - shift - (x < patch ? 3 : 0);
      data.fill(128 + 60 * Math.sin(moved / 3) + 50 * Math.sin(y / 4), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { width, height, data };
}

test('of a camera that stands still there is none, also where something moves in a third of the picture', () => {
  expect(ownMotion([waves(0), waves(0)])).toBe(0);
  expect(ownMotion([waves(0), waves(0), waves(0, 20)])).toBeLessThan(0.05);
});

test('half a pixel is about half a pixel, and the largest of all frames counts', () => {
  const motion = ownMotion([waves(0), waves(0.5), waves(0)]);
  expect(motion).toBeGreaterThan(0.4);
  expect(motion).toBeLessThan(0.6);
});

import { seededRandom } from '../../lib/base/seededRandom';
import { directedMove, jitter, together } from '../../models/cameraMotion/cameraPath';
import { clipShape } from '../../models/cameraMotion/labels';
import { naturalLook } from '../../models/cameraMotion/look';
import { pyramid } from '../../models/cameraMotion/picture';
import { proceduralScene } from '../../models/cameraMotion/proceduralScene';
import { renderClip } from '../../models/cameraMotion/renderClip';
import { type Green, greenFrames, type Patch, shiftOf } from './blockMatching';

const { frames, width, height, frameRate } = clipShape;
/** A scene with detail everywhere. */
const scene = pyramid(proceduralScene(6));

function clipOf(path: ReturnType<typeof directedMove>): Green[] {
  const clip = renderClip({
    path,
    shotAt: () => ({
      scene: () => scene,
      start: { x: 192, y: 144, width: 150, aspect: 1.25, angle: 0, pivotRight: 0, pivotDown: 0 },
      sprites: [],
      softness: 0,
      look: naturalLook,
    }),
    secondsAt: (index) => index / frameRate,
    shutterSeconds: 0,
    sensor: (frame, _seconds, out) => out.set(frame),
  });
  expect([clip.frames, clip.height, clip.width]).toEqual([frames, height, width]);
  return greenFrames(clip);
}

const centre: Patch = { x: 30, y: 22, size: 20 };
const left: Patch = { x: 8, y: 22, size: 20 };
const right: Patch = { x: 52, y: 22, size: 20 };
const top: Patch = { x: 30, y: 8, size: 20 };
const bottom: Patch = { x: 30, y: 36, size: 20 };

/** Shift of the picture's content from one frame to the next, found by block matching. */
function shift(clip: readonly Green[], patch: Patch): { x: number; y: number } {
  return shiftOf(clip[4] as Green, clip[5] as Green, patch, 6);
}

// 0.3 widths a second at 6 frames a second are 4 pixels a frame.
test.each([
  ['pan right', -4, 0],
  ['pan left', 4, 0],
  ['tilt up', 0, 4],
  ['tilt down', 0, -4],
] as const)('%s moves the picture by (%d, %d) pixels a frame', (label, x, y) => {
  expect(shift(clipOf(directedMove(label, 0.3)), centre)).toEqual({ x, y });
});

test.each([
  ['zoom in', 1],
  ['zoom out', -1],
] as const)('%s moves the edges outwards (1) or inwards (-1)', (label, outwards) => {
  const clip = clipOf(directedMove(label, 0.25));
  expect(Math.sign(shift(clip, right).x)).toBe(outwards);
  expect(Math.sign(shift(clip, left).x)).toBe(-outwards);
  expect(Math.sign(shift(clip, bottom).y)).toBe(outwards);
  expect(Math.sign(shift(clip, top).y)).toBe(-outwards);
});

test.each([
  ['roll clockwise', -1],
  ['roll counter-clockwise', 1],
] as const)('%s turns the picture the other way', (label, clockwise) => {
  const clip = clipOf(directedMove(label, 0.25));
  // A picture that turns clockwise moves right at its top, down at its right, left at its bottom, up at its left.
  expect(Math.sign(shift(clip, top).x)).toBe(clockwise);
  expect(Math.sign(shift(clip, right).y)).toBe(clockwise);
  expect(Math.sign(shift(clip, bottom).x)).toBe(-clockwise);
  expect(Math.sign(shift(clip, left).y)).toBe(-clockwise);
});

test('static keeps every pixel', () => {
  const clip = clipOf(directedMove('static', 0));
  for (const frame of clip) expect(frame.values).toEqual(clip[0]?.values);
});

test('shake moves the picture to and fro', () => {
  const clip = clipOf(together(jitter(seededRandom(3), 0.03), directedMove('static', 0)));
  const shifts = clip.slice(1).map((frame, i) => shiftOf(clip[i] as Green, frame, centre, 9));
  expect(shifts.some(({ x }) => x > 0)).toBe(true);
  expect(shifts.some(({ x }) => x < 0)).toBe(true);
  expect(Math.abs(shifts.reduce((sum, { x }) => sum + x, 0))).toBeLessThan(10);
});

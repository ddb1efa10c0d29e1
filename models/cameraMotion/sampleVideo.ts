/**
 * Makes `examples/media/camera-moves.mp4`, the video of `npm run demo`: ten shots as long as the clips that the model sees, one for each label, over
 * two photographs that the model has not been trained on: `tsx models/cameraMotion/sampleVideo.ts [OUTPUT]`.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { seededRandom } from '../../lib/base/seededRandom';
import { loadAv } from '../../lib/video/decoder/av';
import { type CameraPath, directedMove, jitter, rollSpeed, zoomSpeed } from './cameraPath';
import { encodeVideo } from './encodeVideo';
import { type CameraMotionLabel, cameraMotionLabels, clipShape } from './labels';
import { cachedFile, photographFolder, photographTable, readPicture } from './photographs';
import { type Picture, type Pyramid, pyramid } from './picture';
import { addWindow, levelFor } from './sampleWindow';
import { movedWindow, type WindowStart } from './window';

const size = { width: 320, height: 240 } as const;
const frameRate = 24;
/** A whole number of frames. */
const shotSeconds = clipShape.frames / clipShape.frameRate;
/** Widths a second. */
const panSpeed = 0.14;

/** Public domain (SpaceX) and CC0 (Rachel Michetti). */
const names = ['coffee', 'rocket'] as const;

const order: readonly CameraMotionLabel[] = [
  'static',
  'pan right',
  'tilt up',
  'zoom in',
  'roll clockwise',
  'pan left',
  'tilt down',
  'zoom out',
  'roll counter-clockwise',
  'shake',
];

async function main(path: string): Promise<void> {
  const table = await photographTable();
  const scenes = await Promise.all(
    names.map(async (name) => {
      const photograph = table.find((one) => one.name === name && one.split === 'heldOut');
      if (photograph === undefined) throw new Error(`expected a held-out photograph "${name}" but there is none`);
      return pyramid(await readPicture(cachedFile(photographFolder(), photograph)));
    }),
  );
  await mkdir(dirname(path), { recursive: true });
  encodeVideo(await loadAv(), frames(scenes), { path, frameRate, quality: 25 });
  console.log(`${order.length} shots in ${path}`);
}

function* frames(scenes: readonly Pyramid[]): Generator<Picture> {
  for (const [shot, label] of order.entries()) {
    const scene = scenes[shot % scenes.length] as Pyramid;
    const path = moveOf(label);
    for (let frame = 0; frame < shotSeconds * frameRate; frame++) {
      yield view(scene, startOf(scene[0], label), path, frame / frameRate);
    }
  }
}

function moveOf(label: CameraMotionLabel): CameraPath {
  if (label === 'shake') return jitter(seededRandom(cameraMotionLabels.indexOf(label)), 0.03);
  if (label.startsWith('zoom')) return directedMove(label, zoomSpeed(0.24));
  return directedMove(label, label.startsWith('roll') ? rollSpeed(12) : panSpeed);
}

/** Half of the picture, placed so that the move stays inside. */
function startOf({ width, height }: Picture, label: CameraMotionLabel): WindowStart {
  const lead = panSpeed * (shotSeconds / 2) * (width / 2);
  const [kind, way] = label.split(' ');
  const x = kind === 'pan' ? (way === 'right' ? -lead : lead) : 0;
  const y = kind === 'tilt' ? (way === 'down' ? -lead : lead) : 0;
  const half = { aspect: 4 / 3, angle: 0, pivotRight: 0, pivotDown: 0 };
  return { x: width / 2 + x, y: height / 2 + y, width: label === 'zoom out' ? width / 3 : width / 2, ...half };
}

function view(scene: Pyramid, start: WindowStart, path: CameraPath, seconds: number): Picture {
  const { width, height } = size;
  const sums = new Float32Array(width * height * 3);
  const window = movedWindow(start, path(seconds));
  addWindow({ width, height, sums }, scene, levelFor(scene, window.width, width, 0), window, 0, 0);
  return { width, height, data: Uint8Array.from(sums, Math.round) };
}

main(resolve(process.argv[2] ?? join(__dirname, '..', '..', 'examples', 'media', 'camera-moves.mp4'))).catch(
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);

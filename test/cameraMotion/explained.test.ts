import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import { models } from '../../lib/model/models';
import { openVideo } from '../../lib/video/openVideo';
import { onCpu } from '../support/models';
import { root } from '../support/runCli';

const side = 0.3;

// The map of a pan is of the whole picture, not of something that moves across it by itself.
test('a moving object does not dominate the map of a pan', async () => {
  await using model = await loadModel(models.cameraMotion, { ...onCpu, tuning: { timeMs: 0, folder: null } });
  await using video = await openVideo(join(root, 'examples', 'media', 'camera-moves.mp4'));
  const { frames, height, width, frameRate } = model.input;
  // A pan right.
  for await (const clip of video.readClips([{ startSeconds: 8 / 3, frames, frameRate }])) {
    const tops = Array.from({ length: frames }, (_, t) => 0.1 + (0.5 * t) / (frames - 1));
    const data = Uint8Array.from(clip.data);
    const isInside = (t: number, y: number, x: number) =>
      y >= (tops[t] as number) && y < (tops[t] as number) + side && x >= 0.35 && x < 0.35 + side;
    for (let pixel = 0; pixel < data.length / 3; pixel++) {
      const [t, y, x] = placeOf(pixel, clip);
      if (isInside(t, y, x))
        data.fill((Math.floor(y * 40) + Math.floor(x * 40)) % 2 === 0 ? 40 : 220, pixel * 3, pixel * 3 + 3);
    }
    const { map } = await model.explainClip({ ...clip, data }, { label: 'pan right', layer: 'layer2' });
    let [inside, all] = [0, 0];
    map.forEach((value, place) => {
      all += value;
      if (isInside(...placeOf(place, { height, width }))) inside += value;
    });
    expect(all).toBeGreaterThan(0);
    expect(inside / all).toBeLessThan(0.4);
  }
});

/** Frame, and place within it in shares of its sides. */
function placeOf(index: number, { height, width }: { height: number; width: number }): [number, number, number] {
  const inFrame = index % (height * width);
  return [
    Math.floor(index / (height * width)),
    (Math.floor(inFrame / width) + 0.5) / height,
    ((inFrame % width) + 0.5) / width,
  ];
}

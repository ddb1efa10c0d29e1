/**
 * Classifies frames as they come: from a camera, a canvas, WebCodecs, or, as here, drawn by the program itself.
 *
 *   npx tsx examples/frames.ts
 */
import { loadModel, models, type TimedPicture } from 'kinetorch';

const [width, height] = [160, 120];

/** A striped wall that the camera pans along. RGBA, as a canvas' `getImageData` gives it; RGB does as well. */
async function* camera(): AsyncGenerator<TimedPicture> {
  for (let frame = 0; frame < 60; frame++) {
    const data = new Uint8ClampedArray(width * height * 4);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      data.fill(Math.sin((x + 3 * frame) / 7) > 0 ? 60 + y : 200, pixel * 4, pixel * 4 + 3);
    }
    yield { data, width, height, timeSeconds: frame / 15 };
  }
}

async function main() {
  await using model = await loadModel(models.cameraMotion);
  for await (const { startSeconds, predictions } of model.classifyFrames(camera(), { topK: 1 })) {
    const [best] = predictions;
    console.log(`${startSeconds.toFixed(1)} s  ${best?.label} ${((best?.score ?? 0) * 100).toFixed(0)}%`);
  }
}

void main();

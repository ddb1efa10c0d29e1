/**
 * Classifies raw frames, as they come from a camera or a decoder of your own: here a pan to the right over a pattern.
 *
 *   npx tsx examples/classify-clip.ts
 */
import { loadModel, models } from 'kinetorch';

const [frames, height, width] = [12, 128, 160];

/** Frames × height × width × RGB bytes: a window that moves 4 pixels to the right a frame. */
function panRight(): Uint8Array {
  const data = new Uint8Array(frames * height * width * 3);
  let place = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const scene = x + 4 * frame;
        data[place++] = 128 + 60 * Math.sin(scene / 9) + 40 * Math.sin(y / 7);
        data[place++] = 128 + 60 * Math.sin((scene + y) / 13) + 40 * Math.sin(scene / 5);
        data[place++] = 128 + 60 * Math.sin((scene - y) / 11) + 40 * Math.sin(y / 6);
      }
    }
  }
  return data;
}

async function main() {
  await using model = await loadModel(models.cameraMotion);
  const clip = { data: panRight(), frames, height, width };
  const { predictions, timing } = await model.classifyClip(clip, { topK: 3, timeoutMs: 10_000 });

  for (const { label, score } of predictions) console.log(`${label}  ${score.toFixed(3)}`);
  console.log(`${timing.runMs.toFixed(1)} ms on ${model.device}`);
}

void main();

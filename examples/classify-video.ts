/**
 * Says what happens in a whole video: clips spread over it, and their mean.
 *
 *   npx tsx examples/classify-video.ts [video] [model]
 */
import { join } from 'node:path';
import { loadModel, models } from 'kinetorch';

const video = process.argv[2] ?? join(__dirname, 'media', 'camera-moves.mp4');
const modelFile = process.argv[3] ?? models.cameraMotion;

async function main() {
  await using model = await loadModel(modelFile);
  const { predictions, segments, warnings } = await model.classifyVideo(video, { clips: 8, topK: 3 });

  for (const { startSeconds, endSeconds, predictions: seen } of segments) {
    const [best] = seen;
    console.log(`${startSeconds.toFixed(1)}–${endSeconds.toFixed(1)} s  ${best?.label}  ${best?.score.toFixed(2)}`);
  }
  console.log('whole video:', predictions.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(', '));
  for (const warning of warnings) console.warn(warning);
}

void main();

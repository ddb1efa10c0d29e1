/**
 * Shows where a network looked: a sheet of the moments of a video in which it was surest, with a map over the frames.
 *
 *   npx tsx examples/explain.ts [video] [sheet.svg | sheet.png | heat.mp4]
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, models } from 'kinetorch';

const video = process.argv[2] ?? join(__dirname, 'media', 'camera-moves.mp4');
const out = process.argv[3] ?? join(tmpdir(), 'kinetorch-heat.svg');

async function main() {
  await using model = await loadModel(models.cameraMotion);
  // The last stage of this small network has 2×3 places; layer2 has 8×10.
  const { segments } = await model.explainVideo(video, out, { layer: 'layer2' });

  for (const { startSeconds, label, score } of segments) {
    console.log(`${startSeconds.toFixed(1)} s  ${label}  ${score.toFixed(2)}`);
  }
  console.log(`wrote ${out}`);
}

void main();

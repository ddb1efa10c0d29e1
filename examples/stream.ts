/**
 * Follows a video window by window and stops as soon as it has seen enough: nothing after that is decoded.
 *
 *   npx tsx examples/stream.ts [video]
 */
import { join } from 'node:path';
import { loadModel, models } from 'kinetorch';

const video = process.argv[2] ?? join(__dirname, 'media', 'camera-moves.mp4');

async function main() {
  await using model = await loadModel(models.cameraMotion);
  const windows = model.classifyStream(video, { strideSeconds: 0.5, topK: 1, signal: AbortSignal.timeout(30_000) });

  let changes = 0;
  let before = '';
  for await (const { startSeconds, predictions } of windows) {
    const [best] = predictions;
    if (!best || best.score < 0.5 || best.label === before) continue;
    console.log(`${startSeconds.toFixed(1)} s  ${best.label}`);
    before = best.label;
    if (++changes === 4) break;
  }
  const { batches, meanRunMs } = model.stats();
  console.log(`${batches} forward passes of ${meanRunMs.toFixed(1)} ms`);
}

void main();

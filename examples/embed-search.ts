/**
 * Finds the part of a video that is most like its beginning, by the angle between embeddings.
 *
 *   npx tsx examples/embed-search.ts [video]
 */
import { join } from 'node:path';
import { loadModel, models, openVideo } from 'kinetorch';

const path = process.argv[2] ?? join(__dirname, 'media', 'camera-moves.mp4');

/** Cosine of the angle between two vectors: 1 where they point the same way. */
function similarity(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

async function main() {
  await using model = await loadModel(models.cameraMotion);
  await using video = await openVideo(path);
  const { frames, frameRate } = model.input;

  const windows: { start: number; embedding: Float32Array }[] = [];
  for await (const clip of video.slide({ frames, frameRate, strideSeconds: 0.5 })) {
    windows.push({ start: clip.startSeconds, embedding: await model.embedClip(clip) });
  }
  const [first, ...others] = windows;
  if (!first) return;
  const ranked = others
    .map(({ start, embedding }) => ({ start, likeness: similarity(first.embedding, embedding) }))
    .sort((a, b) => b.likeness - a.likeness);
  for (const { start, likeness } of ranked.slice(0, 3)) console.log(`${start.toFixed(1)} s  ${likeness.toFixed(3)}`);
}

void main();

/**
 * Makes the shipped model int8, with the frames of a video to say over which ranges, and classifies by it.
 *
 *   npx tsx examples/quantize.ts [folder of videos] [model.int8.pt]
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, models, quantizeModel } from 'kinetorch';

const videos = process.argv[2] ?? join(__dirname, 'media');
const out = process.argv[3] ?? join(tmpdir(), 'kinetorch-camera-motion.int8.pt');

async function main() {
  const { layers, agreement, bytes } = await quantizeModel(models.cameraMotion, videos, { outFile: out, clips: 24 });
  const chosen = layers.filter(({ int8 }) => int8).length;
  console.log(`${chosen} of ${layers.length} convolutions in int8; ${bytes.before} bytes are now ${bytes.after}`);
  console.log(`${(agreement * 100).toFixed(1)}% of clips are decided as in float32`);

  await using model = await loadModel(out, { device: 'cpu' });
  const { predictions } = await model.classifyVideo(join(__dirname, 'media', 'camera-moves.mp4'));
  console.log(`${model.precision}: ${predictions[0]?.label}`);
}

void main();

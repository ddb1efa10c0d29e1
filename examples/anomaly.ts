/**
 * Learns to give back what a camera usually shows, and then tells by what comes back badly that something else was there. The
 * camera is one made in memory: usually a small box passes along the floor. With videos as arguments, the model is fitted to
 * the first, which should be usual, and says when in the others something exceeds that.
 *
 *   npx tsx examples/anomaly.ts [usual.mp4 today.mp4 …]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitAnomalyThreshold, loadModel, pretrain, type RgbClip } from 'kinetorch';

const [frames, height, width] = [8, 32, 40];
const input = { frames, height, width, resize: [height, width] as [number, number] };

/** A bright box that moves right, `top` pixels from the upper edge, `side` pixels large. */
function passing(side: number, top: number, start: number): RgbClip {
  const data = new Uint8Array(frames * height * width * 3).fill(40);
  for (let frame = 0; frame < frames; frame++) {
    for (let y = top; y < top + side; y++) {
      const row = ((frame * height + y) * width + start + frame * 2) * 3;
      data.fill(220, row, row + side * 3);
    }
  }
  return { data, frames, height, width };
}

const usual = (random: () => number) => passing(8, 24, Math.floor(random() * 16));

async function main() {
  const [normal, ...videos] = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-'));
  try {
    const { modelPath } = await pretrain({
      architecture: 'r2plus1d_dw',
      // All that it sees is to come back: with parts hidden it would learn to guess, and guess anomalies too.
      objective: 'plain',
      data: { train: { length: 96, clip: async (_, { random }) => usual(random) } },
      outDir: join(folder, 'pre'),
      epochs: 6,
      learningRate: 0.01,
      batchSize: 8,
      threads: 1,
      augment: { horizontalFlip: 0 },
      input,
    });
    await using model = await loadModel(modelPath, { threads: 1 });
    for (const [what, clip] of Object.entries({
      'a small box on the floor, as usual': usual(() => 0.5),
      'a box in the air': passing(8, 4, 8),
      'a large box': passing(20, 6, 2),
    })) {
      const { psnr } = await model.reconstructClip(clip);
      console.log(`${(psnr.reduce((sum, one) => sum + one, 0) / frames).toFixed(1)} dB  ${what}`);
    }

    if (normal === undefined) return;
    const fitted = await fitAnomalyThreshold(modelPath, [normal], { falseAlarmRate: 0.01 });
    await using camera = await loadModel(fitted);
    for (const video of videos) {
      for (const { startSeconds, endSeconds } of (await camera.anomalyScore(video)).segments) {
        console.log(`${video}: ${startSeconds.toFixed(1)} to ${endSeconds.toFixed(1)} s`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();

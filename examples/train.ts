/**
 * Trains a small network on clips made in memory: a bright square that moves left or right.
 *
 *   npx tsx examples/train.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClipDataset, loadModel, train } from 'kinetorch';

const [frames, height, width] = [8, 32, 40];
const labels = ['left', 'right'];

function movingSquare(label: number, random: () => number): Uint8Array {
  const data = new Uint8Array(frames * height * width * 3).fill(40);
  const top = Math.floor(random() * (height - 12));
  for (let frame = 0; frame < frames; frame++) {
    const left = label === 1 ? frame * 3 : 21 - frame * 3;
    for (let y = top; y < top + 12; y++) {
      const row = ((frame * height + y) * width + left) * 3;
      data.fill(220, row, row + 12 * 3);
    }
  }
  return data;
}

const squares = (length: number): ClipDataset => ({
  labels,
  length,
  labelOf: (index) => index % 2,
  clip: async (index, { random }) => ({ data: movingSquare(index % 2, random), frames, height, width }),
});

async function main() {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-'));
  try {
    const result = await train(
      {
        architecture: 'r2plus1d_dw',
        data: { train: squares(160), validation: squares(16) },
        input: { frames, height, width, resize: [height, width] },
        outDir: join(folder, 'run'),
        epochs: 2,
        batchSize: 8,
        optimizer: 'sgd',
        // One core is enough for a network this small.
        threads: 1,
        // A mirrored "left" would be a "right".
        augment: { horizontalFlip: 0 },
      },
      {
        onProgress: (event) => {
          if (event.type !== 'epoch') return;
          console.log(`epoch ${event.epoch}: loss ${event.train.loss.toFixed(3)}, top-1 ${event.validation?.top1}`);
        },
      },
    );
    await using model = await loadModel(result.modelPath);
    const data = movingSquare(1, () => 0.5);
    const { predictions } = await model.classifyClip({ data, frames, height, width });
    console.log(predictions);
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();

/**
 * Pre-trains a small network on clips without labels, then trains it on a few that have some: a bright square that moves
 * left or right. Clips are made in memory; `data` may as well be a folder of videos.
 *
 *   npx tsx examples/pretrain.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClipDataset, pretrain, train } from 'kinetorch';

const [frames, height, width] = [8, 32, 40];
const input = { frames, height, width, resize: [height, width] as [number, number] };

function movingSquare(isRight: boolean, random: () => number): Uint8Array {
  const data = new Uint8Array(frames * height * width * 3).fill(40);
  const top = Math.floor(random() * (height - 12));
  for (let frame = 0; frame < frames; frame++) {
    const left = isRight ? frame * 3 : 21 - frame * 3;
    for (let y = top; y < top + 12; y++) {
      const row = ((frame * height + y) * width + left) * 3;
      data.fill(220, row, row + 12 * 3);
    }
  }
  return data;
}

const clipsOf = (length: number) => ({
  length,
  clip: async (index: number, { random }: { random: () => number }) => ({
    data: movingSquare(index % 2 === 1, random),
    frames,
    height,
    width,
  }),
});

const labelled = (length: number): ClipDataset => ({
  labels: ['left', 'right'],
  labelOf: (index) => index % 2,
  ...clipsOf(length),
});

async function main() {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-'));
  // One core is enough for a network this small.
  const common = { input, threads: 1, batchSize: 8 };
  try {
    const pretrained = await pretrain(
      {
        architecture: 'r2plus1d_dw',
        data: { train: clipsOf(160), validation: clipsOf(16) },
        outDir: join(folder, 'pre'),
        epochs: 3,
        ...common,
      },
      {
        onProgress: (event) => {
          if (event.type !== 'epoch') return;
          console.log(`epoch ${event.epoch}: loss ${event.validation?.loss.toFixed(3)}; 1 has learned nothing`);
        },
      },
    );
    const { validation } = await train({
      from: pretrained.modelPath,
      data: { train: labelled(32), validation: labelled(16) },
      outDir: join(folder, 'run'),
      epochs: 2,
      // What was learned before changes more slowly than the new head.
      bodyRate: 0.5,
      // A mirrored "left" would be a "right".
      augment: { horizontalFlip: 0 },
      ...common,
    });
    console.log(`top-1 of ${validation?.clips} clips: ${validation?.top1}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();

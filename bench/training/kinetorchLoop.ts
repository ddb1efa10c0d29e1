/** Kinetorch's side of compare.ts: `train` over clips in memory. Prints milliseconds from step to step as a JSON array. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClipDataset, train } from '../../dist';
import type { Task } from './task';

async function main(task: Task): Promise<void> {
  const { architecture, frames, height, width, resize, classes, batch, optimizer, steps, threads, device, precision } =
    task;
  const clips = Array.from({ length: 64 }, () => {
    const data = new Uint8Array(frames * resize[0] * resize[1] * 3);
    for (let place = 0; place < data.length; place++) data[place] = Math.random() * 256;
    return { data, frames, height: resize[0], width: resize[1] };
  });
  const dataset: ClipDataset = {
    labels: Array.from({ length: classes }, (_, label) => `${label}`),
    length: steps * batch,
    labelOf: (index) => index % classes,
    clip: async (index) => clips[index % clips.length] as (typeof clips)[number],
  };
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-bench-'));
  const times: number[] = [];
  let before = 0;
  try {
    await train(
      {
        architecture,
        data: { train: dataset },
        outDir: join(folder, 'run'),
        epochs: 1,
        batchSize: batch,
        optimizer,
        input: { frames, height, width, resize },
        device,
        precision,
        threads,
      },
      {
        onProgress: ({ type }) => {
          if (type === 'start') before = performance.now();
          if (type !== 'step') return;
          times.push(performance.now() - before);
          before = performance.now();
        },
      },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(JSON.stringify(times));
}

main(JSON.parse(process.argv[2] as string) as Task);

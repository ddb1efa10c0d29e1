import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipDataset } from '../../lib/dataset/types';
import type { TrainCallbacks, TrainOptions } from '../../lib/training/options';
import type { EpochMetrics, TrainEvent } from '../../lib/training/types';

const shape = { frames: 4, height: 20, width: 20 };

/** Clips of noise, brighter for every second one. */
export function noise(length: number, change: Partial<ClipDataset> = {}): ClipDataset {
  return {
    labels: ['dark', 'bright'],
    length,
    labelOf: (index) => index % 2,
    nameOf: (index) => `clip-${index}`,
    clip: async (index, { random }) => {
      const data = new Uint8Array(shape.frames * shape.height * shape.width * 3);
      for (let place = 0; place < data.length; place++) data[place] = random() * (index % 2 === 0 ? 255 : 120);
      return { data, ...shape };
    },
    ...change,
  };
}

/** A run of milliseconds a step: four steps an epoch and a checkpoint after each. Without validation clips, as to evaluate a model
 * and to write its report takes ten times as long. */
export function smallRun(outDir: string, change: Partial<TrainOptions> = {}): TrainOptions {
  return {
    architecture: 'r2plus1d_dw',
    data: { train: noise(8) },
    outDir,
    epochs: 2,
    batchSize: 2,
    input: { frames: shape.frames, height: 16, width: 16, resize: [20, 20] },
    checkpointMinutes: 0,
    device: 'cpu',
    threads: 1,
    ...change,
  };
}

/** Callbacks that abort a run once an event is as `when` says. */
export function abortWhen(when: (event: TrainEvent) => boolean): TrainCallbacks {
  const controller = new AbortController();
  const onProgress = (event: TrainEvent) => void (when(event) && controller.abort());
  return { signal: controller.signal, onProgress };
}

export async function metricsOf(outDir: string): Promise<EpochMetrics[]> {
  const lines = (await readFile(join(outDir, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as EpochMetrics);
}

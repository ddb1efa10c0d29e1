import type { NativeBatch } from '../../binding';
import { KinetorchError } from '../errors';
import { loadAhead } from './loadAhead';
import { seededRandom, shuffled } from './seededRandom';
import type { ClipDataset, ClipRequest, DatasetClip } from './types';

/** Batches that may lie ready while the network is busy with an earlier one. */
const batchesAhead = 3;
/** Clips decoded at once: enough to hide a slow file, few enough to leave the cores to the network. */
const concurrentClips = 4;

/** A sample that could not be loaded. */
export interface SkippedSample {
  /** The dataset's `nameOf`, or `sample <index>`. */
  name: string;
  /** Message of the error. */
  reason: string;
}

/** Gives a dataset as batches for the native trainer, loaded ahead. A sample that fails once is left out from then on. */
export class ClipLoader {
  private readonly failed = new Map<number, SkippedSample>();

  constructor(
    private readonly dataset: ClipDataset,
    private readonly batchSize: number,
    private readonly seed: number,
  ) {}

  get skipped(): SkippedSample[] {
    return [...this.failed.values()];
  }

  /**
   * One pass over the dataset. `train` shuffles and leaves out a last batch that is not full, unless it is the only
   * one: batch norm needs company. `evaluate` keeps the order and gives every sample.
   *
   * Throws `ERR_DATASET` where no sample could be loaded or clips differ in size, and `ERR_ABORTED`.
   */
  async *epoch(mode: ClipRequest['mode'], epoch: number, signal?: AbortSignal): AsyncGenerator<NativeBatch> {
    const batchSize = Math.min(this.batchSize, this.dataset.length);
    let samples: Sample[] = [];
    let batches = 0;
    const loading = loadAhead(this.order(mode, epoch), (index) => this.load(index, mode, epoch), {
      ahead: batchesAhead * batchSize,
      concurrency: concurrentClips,
      signal,
    });
    for await (const { item: index, value: clip, error } of loading) {
      if (!clip) {
        this.failed.set(index, { name: this.nameOf(index), reason: messageOf(error) });
        continue;
      }
      samples.push({ name: this.nameOf(index), label: this.dataset.labelOf(index), clip });
      if (samples.length < batchSize) continue;
      yield stack(samples);
      batches++;
      samples = [];
    }
    if (samples.length > 0 && (mode === 'evaluate' || batches === 0)) yield stack(samples);
    else if (batches === 0) throw this.nothingUsable();
  }

  private order(mode: ClipRequest['mode'], epoch: number): number[] {
    const usable = Array.from({ length: this.dataset.length }, (_, index) => index).filter((i) => !this.failed.has(i));
    return mode === 'train' ? shuffled(usable, seededRandom(this.seed, epoch)) : usable;
  }

  private async load(index: number, mode: ClipRequest['mode'], epoch: number): Promise<DatasetClip> {
    const clip = await this.dataset.clip(index, { mode, epoch, random: seededRandom(this.seed, epoch, index) });
    const bytes = clip.frames * clip.height * clip.width * 3;
    if (clip.data.length === bytes) return clip;
    throw new KinetorchError('ERR_CLIP_SHAPE', `expected ${bytes} bytes of data but received ${clip.data.length}`);
  }

  private nameOf(index: number): string {
    return this.dataset.nameOf?.(index) ?? `sample ${index}`;
  }

  private nothingUsable(): KinetorchError {
    const first = this.skipped[0];
    const reason = first ? `; the first of ${this.failed.size} failures is ${first.name}: ${first.reason}` : '';
    return new KinetorchError('ERR_DATASET', `expected at least one usable clip but there is none${reason}`);
  }
}

interface Sample {
  name: string;
  label: number;
  clip: DatasetClip;
}

function stack(samples: readonly Sample[]): NativeBatch {
  const { name, clip } = samples[0] as Sample;
  const { frames, height, width } = clip;
  const data = new Uint8Array(samples.length * clip.data.length);
  samples.forEach((sample, place) => {
    if (shapeOf(sample.clip) !== shapeOf(clip)) {
      throw new KinetorchError(
        'ERR_DATASET',
        `expected all clips to be of one size, ${shapeOf(clip)} as ${name}, but ${sample.name} is ${shapeOf(sample.clip)}`,
      );
    }
    data.set(sample.clip.data, place * clip.data.length);
  });
  return { data, batch: samples.length, frames, height, width, labels: Int32Array.from(samples, (one) => one.label) };
}

function shapeOf(clip: DatasetClip): string {
  return `${clip.frames}×${clip.height}×${clip.width}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

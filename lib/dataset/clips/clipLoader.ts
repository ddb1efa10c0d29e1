import type { NativeBatch } from '../../../binding';
import { KinetorchError } from '../../base/errors';
import { loadAhead } from '../../base/loadAhead';
import { seededRandom, shuffled } from '../../base/seededRandom';
import { checkClip } from '../../clip/checkClip';
import { type LabelledClip, stackClips } from '../../clip/stackClips';
import type { RgbClip } from '../../clip/types';
import { usualSkippedShare } from '../options';
import type { ClipDataset, ClipRequest, SkippedSample } from '../types';
import { labelsAt } from './labelsAt';
import { loadFailure, refuseTooMany, skippedSample } from './loadFailure';
import { sampleName } from './sampleName';

/** Batches that may lie ready while the network is busy with an earlier one. */
const batchesAhead = 3;
const usualConcurrency = 4;

export interface ClipLoaderOptions {
  /** Clips a batch; fewer where the dataset has fewer. */
  batchSize: number;
  /** Decides the order and the random numbers of every sample. */
  seed: number;
  /** Clips loaded at once. Default 4. */
  concurrency?: number;
  /**
   * Share of the dataset that may fail before an epoch ends with `ERR_DATASET`, 0…1. One sample may fail in any dataset,
   * however small, unless this is 0. Default 0.05.
   */
  maxSkippedShare?: number;
  /** Whether batches have `targets`, for the loss `bce`, or `labels`. Default: whether the dataset has `labelsOf`. */
  targets?: boolean;
}

export interface LoadedBatch extends NativeBatch {
  /** Of the samples, in their order. */
  names: string[];
  /** Entries of the epoch's order used up to and including this batch, failed ones too: where to go on from. */
  consumed: number;
}

/** Gives a dataset as batches for the native trainer, loaded ahead. A sample that fails once is left out from then on. */
export class ClipLoader {
  private readonly options: Required<ClipLoaderOptions>;
  private readonly failed = new Map<number, SkippedSample>();

  constructor(
    private readonly dataset: ClipDataset,
    options: ClipLoaderOptions,
  ) {
    const {
      batchSize,
      concurrency = usualConcurrency,
      maxSkippedShare = usualSkippedShare,
      targets = !!dataset.labelsOf,
    } = options;
    this.options = {
      seed: options.seed,
      batchSize: Math.min(batchSize, dataset.length),
      concurrency,
      maxSkippedShare,
      targets,
    };
  }

  /** In the order in which epochs met them. */
  get skipped(): SkippedSample[] {
    return [...this.failed.values()];
  }

  /** Leaves out what an earlier run has found to fail. */
  restoreSkipped(samples: readonly SkippedSample[]): void {
    for (const sample of samples) this.failed.set(sample.index, sample);
  }

  /**
   * One pass over the dataset, from entry `from` of its order on: together with what the batches up to there gave, that
   * is the pass as it would have been without a break. `train` shuffles all samples and leaves out a last batch that is
   * not full, unless it is the only one: batch norm needs company. `evaluate` keeps the order and gives every sample.
   *
   * Throws `ERR_DATASET` where no sample could be loaded, more failed than allowed, or clips differ in size;
   * `ERR_VIDEO_DECODER`, and `ERR_ABORTED`.
   */
  async *epoch(
    mode: ClipRequest['mode'],
    epoch: number,
    { signal, from = 0 }: { signal?: AbortSignal; from?: number } = {},
  ): AsyncGenerator<LoadedBatch> {
    const { batchSize, concurrency } = this.options;
    let clips: LabelledClip[] = [];
    let batches = 0;
    let consumed = from;
    const stack = () => ({ ...stackClips(clips, this.targetClasses), names: clips.map(({ name }) => name), consumed });
    const order = this.order(mode, epoch).slice(from);
    const loading = loadAhead(order, (index, stopped) => this.load(index, { mode, epoch, signal: stopped }), {
      ahead: batchesAhead * batchSize,
      concurrency,
      signal,
    });
    for await (const { item: index, value: clip, error } of loading) {
      consumed++;
      if (error !== undefined) this.fail(index, error);
      if (!clip) continue;
      const labels = labelsAt(this.dataset, index);
      clips.push({ name: sampleName(this.dataset, index), labels, clip });
      if (clips.length < batchSize) continue;
      yield stack();
      batches++;
      clips = [];
    }
    if (clips.length > 0 && (mode === 'evaluate' || (batches === 0 && from === 0))) yield stack();
    else if (batches === 0 && from === 0) {
      throw loadFailure('at least one sample that can be loaded', this.skipped, this.dataset.length);
    }
  }

  private order(mode: ClipRequest['mode'], epoch: number): number[] {
    const all = Array.from({ length: this.dataset.length }, (_, index) => index);
    return mode === 'train' ? shuffled(all, seededRandom(this.options.seed, epoch)) : all;
  }

  /** Null for a sample that has failed before. */
  private async load(index: number, request: Omit<ClipRequest, 'random'>): Promise<RgbClip | null> {
    if (this.failed.has(index)) return null;
    const random = seededRandom(this.options.seed, request.epoch, index);
    const clip = await this.dataset.clip(index, { ...request, random });
    checkClip(clip);
    if (clip.data.BYTES_PER_ELEMENT === 1) return clip;
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      'expected `clip.data` to be a Uint8Array, for training, but it is floats',
    );
  }

  private fail(index: number, error: unknown): void {
    this.failed.set(index, skippedSample(this.dataset, index, error));
    refuseTooMany(this.skipped, this.dataset.length, this.options.maxSkippedShare);
  }

  private get targetClasses(): number {
    return this.options.targets ? this.dataset.labels.length : 0;
  }
}

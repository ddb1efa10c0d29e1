import { z } from 'zod';
import type { NativeBatch } from '../../../binding';
import { KinetorchError } from '../../base/errors';
import { realNumber, wholeNumber } from '../../base/schemas';
import { seededRandom } from '../../base/seededRandom';
import { parse } from '../../base/validation';
import type { RgbClip } from '../../clip/types';
import type { ModelInput } from '../../model/types';
import { readCollection } from '../collections/readCollection';
import { splitCollection } from '../collections/splitCollection';
import type { SkippedSample, SplitName, VideoSample } from '../types';
import { ClipLoader } from './clipLoader';
import { labelsAt } from './labelsAt';
import { VideoDataset } from './videoDataset';

export interface VideoBatchesOptions {
  /** Clips a batch. Default 8. */
  batchSize?: number;
  /** Frames per second at which videos are sampled. Default 15. */
  frameRate?: number;
  /** Pixels of a clip; videos of other proportions are stretched to them. Default 112 each. */
  width?: number;
  height?: number;
  /** Frames in a clip. Default 16. */
  frames?: number;
  /** Take every `stride`-th frame; dense sampling only. Default 1. */
  stride?: number;
  /** See `ModelInput`. Default `dense`. */
  sampling?: 'dense' | 'segment';
  /** Which samples. `train` and `all` are shuffled and vary in time, `validation` and `test` are not. Default `all`. */
  split?: SplitName | 'all';
  /** Share that is `validation` where the data name none. Default 0.2. */
  validationShare?: number;
  /** Which fold of a manifest is `validation`. */
  fold?: number;
  /** Decides split, order and times. Default 0. */
  seed?: number;
}

/** Clips of a batch and what they show. */
export interface VideoBatch extends Omit<NativeBatch, 'data'> {
  /** uint8 N×T×H×W×3, RGB. */
  clips: Uint8Array;
  /** Paths of the videos. */
  names: string[];
}

const optionsSchema = z.strictObject(
  {
    batchSize: wholeNumber(1, 65_536).default(8),
    frameRate: realNumber(0.01, 1000).default(15),
    width: wholeNumber(1, 8192).default(112),
    height: wholeNumber(1, 8192).default(112),
    frames: wholeNumber(1, 1024).default(16),
    stride: wholeNumber(1, 1024).default(1),
    sampling: z.enum(['dense', 'segment'], { error: "'dense' or 'segment'" }).default('dense'),
    split: z
      .enum(['train', 'validation', 'test', 'all'], { error: "'train', 'validation', 'test' or 'all'" })
      .default('all'),
    validationShare: realNumber(0, 1).default(0.2),
    fold: wholeNumber(0, 1_000_000).optional(),
    seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
  },
  { error: 'an object' },
);

/**
 * Labelled videos as clips of one size, in batches. Each loop over it is a pass, shuffled anew where it is for training;
 * such a pass leaves out a last batch that is not full. A video that cannot be decoded is left out and listed in
 * `skipped`. For `train`, which keeps decoded clips and augments them, give the path itself.
 *
 * @example
 * const videos = await batchVideos('clips/', { batchSize: 8, frameRate: 15, width: 112, height: 112, frames: 16 });
 * for await (const { clips, labels } of videos) …
 */
export class VideoBatches implements AsyncIterable<VideoBatch> {
  private passes = 0;

  /** Made by {@link batchVideos}. */
  constructor(
    private readonly dataset: VideoDataset,
    private readonly loader: ClipLoader,
    private readonly settings: { seed: number; mode: 'train' | 'evaluate' },
    /** What a person should know of the data, for example groups on both sides of the split. */
    readonly warnings: readonly string[],
  ) {}

  /** Class names; labels are indices into them. */
  get labels(): readonly string[] {
    return this.dataset.labels;
  }

  /** Number of videos. */
  get length(): number {
    return this.dataset.length;
  }

  /** Videos left out so far. */
  get skipped(): SkippedSample[] {
    return this.loader.skipped;
  }

  labelsOf(index: number): readonly number[] {
    return labelsAt(this.dataset, index);
  }

  nameOf(index: number): string {
    return this.dataset.nameOf(index);
  }

  /** One clip of video `index`: the middle one for validation and test, else one that varies with `pass`. */
  clip(index: number, pass = 0): Promise<RgbClip> {
    const { seed, mode } = this.settings;
    return this.dataset.clip(index, { mode, epoch: pass, random: seededRandom(seed, pass, index) });
  }

  /** `clips` clips spread evenly over video `index`, fewer where it is short. */
  views(index: number, clips: number): Promise<RgbClip[]> {
    return this.dataset.views(index, clips);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<VideoBatch, void> {
    for await (const batch of this.loader.epoch(this.settings.mode, this.passes++)) {
      const { data: clips, consumed: _, ...rest } = batch;
      yield { clips, ...rest };
    }
  }
}

/**
 * Opens labelled videos for reading in batches. `path` is anything that `readCollection` reads.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_FILE_NOT_FOUND`, `ERR_DATASET`, also where the split is empty
 */
export async function batchVideos(path: string, options: VideoBatchesOptions = {}): Promise<VideoBatches> {
  const filled = parse(optionsSchema, options, 'options');
  const { batchSize, seed, split, validationShare, fold, stride, frames, frameRate, height, width, sampling } = filled;
  const collection = await readCollection(path);
  const parts = splitCollection(collection, { validationShare, fold, seed });
  const samples: readonly VideoSample[] = split === 'all' ? collection.samples : parts[split];
  if (samples.length === 0) {
    throw new KinetorchError('ERR_DATASET', `expected ${path} to hold ${split} videos but found none`);
  }
  const input: ModelInput = {
    frames,
    height,
    width,
    frameRate,
    sampling,
    resize: [height, width],
    antialias: true,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  const dataset = new VideoDataset(collection.labels, samples, { input, stride, multiLabel: collection.multiLabel });
  const loader = new ClipLoader(dataset, { batchSize, seed });
  const mode = split === 'train' || split === 'all' ? 'train' : 'evaluate';
  return new VideoBatches(dataset, loader, { seed, mode }, split === 'all' ? [] : parts.warnings);
}

import type { NativeBatch } from '../../../binding';
import { KinetorchError } from '../../base/errors';
import { seededRandom } from '../../base/seededRandom';
import { parseOptions } from '../../base/validation';
import type { RgbClip } from '../../clip/types';
import type { ModelInput } from '../../model/types';
import { readCollection } from '../collections/readCollection';
import { splitCollection } from '../collections/splitCollection';
import { type VideoBatchesOptions, videoBatchesOptions } from '../options';
import type { SkippedSample, VideoSample } from '../types';
import { ClipLoader } from './clipLoader';
import { labelsAt } from './labelsAt';
import { VideoDataset } from './videoDataset';

/** Clips of a batch and what they show. */
export interface VideoBatch extends Omit<NativeBatch, 'data'> {
  /** uint8 N×T×H×W×3, RGB. */
  clips: Uint8Array;
  /** Paths of the videos. */
  names: string[];
}

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
    private readonly ofSplit: readonly string[],
  ) {}

  /**
   * What a person should know of the data, for example groups on both sides of the split; and what decoders said of the
   * videos so far (damaged, cut short, interlaced …), each kind once, with the number of videos and the first of them.
   */
  get warnings(): readonly string[] {
    return [...this.ofSplit, ...this.dataset.warnings];
  }

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
  const filled = parseOptions(videoBatchesOptions, options);
  const {
    batchSize,
    seed,
    split,
    validationShare,
    fold,
    stride,
    frames,
    frameRate,
    height,
    width,
    sampling,
    untaggedMatrix,
  } = filled;
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
    untaggedMatrix,
  };
  const dataset = new VideoDataset(collection.labels, samples, { input, stride, multiLabel: collection.multiLabel });
  const loader = new ClipLoader(dataset, { batchSize, seed });
  const mode = split === 'train' || split === 'all' ? 'train' : 'evaluate';
  return new VideoBatches(dataset, loader, { seed, mode }, split === 'all' ? collection.warnings : parts.warnings);
}

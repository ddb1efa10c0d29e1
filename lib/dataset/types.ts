import type { VideoClip } from '../video/types';

/** uint8 T×H×W×3 RGB frames of one sample. */
export type DatasetClip = Pick<VideoClip, 'data' | 'frames' | 'height' | 'width'>;

/** How one clip of a dataset is asked for. */
export interface ClipRequest {
  /** `train`: vary the sample (start in time, rendering); `evaluate`: the same clip on every call. */
  mode: 'train' | 'evaluate';
  /** 0-based. */
  epoch: number;
  /**
   * Uniform numbers in [0, 1), seeded from the run's seed, the epoch and the index: two runs with one seed get the
   * same clips, in whatever order they are loaded.
   */
  random: () => number;
}

/**
 * Labelled clips that are made or decoded when asked for. `train` takes any object of this shape: files, clips in
 * memory, or a generator.
 */
export interface ClipDataset {
  /** Class names; a label is an index into them. */
  readonly labels: readonly string[];
  /** Number of samples. */
  readonly length: number;
  /** Label of sample `index`, 0 to `length - 1`; known without loading the clip. */
  labelOf(index: number): number;
  /** What error messages and `skipped` lists call the sample, for example its path. */
  nameOf?(index: number): string;
  /**
   * Loads or renders sample `index`. May be called for several samples at once. The frames should be the model's
   * `frames`, and height and width equal for all samples and at or above the model's input: random crops are taken
   * from what is beyond it. A rejection skips the sample for the rest of the run and is counted.
   */
  clip(index: number, request: ClipRequest): Promise<DatasetClip>;
}

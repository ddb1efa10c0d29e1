import type { RgbClip } from '../clip/types';

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
  /** Aborted once nobody waits for the clip any more; what is being loaded can then be dropped. */
  signal?: AbortSignal;
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
  /** Every label of sample `index`, for data of several classes a clip; such data are trained with the loss `bce`. */
  labelsOf?(index: number): readonly number[];
  /** What error messages and `skipped` lists call the sample, for example its path. */
  nameOf?(index: number): string;
  /**
   * What a person should know of the samples that were loaded so far, one text for each kind of trouble. May grow, at its
   * end; `train` and `evaluate` tell it on.
   */
  readonly warnings?: readonly string[];
  /**
   * Loads or renders sample `index`. May be called for several samples at once. The frames should be the model's
   * `frames`, and height and width equal for all samples and at or above the model's input: random crops are taken
   * from what is beyond it. A rejection skips the sample for the rest of the run and is counted.
   */
  clip(index: number, request: ClipRequest): Promise<RgbClip>;
  /** `clips` clips spread evenly over sample `index`, fewer where it is short; for evaluation by several views. */
  views?(index: number, clips: number): Promise<RgbClip[]>;
}

/** One labelled video, or a part of one. */
export interface VideoSample {
  /** Absolute path of a video file, or of a folder of pictures. */
  path: string;
  /** Indices into the collection's labels: one, unless the collection is of several classes a clip. */
  labels: number[];
  /** What clips of one origin share, for example a speaker or a source video; they belong on one side of a split. */
  group: string | null;
  split: SplitName | null;
  fold: number | null;
  /** The part of the video that shows the label; null from its start, or to its end. */
  startSeconds: number | null;
  endSeconds: number | null;
  /** Whether `path` is a folder of JPEG or PNG pictures, one a frame, in the order of their names. */
  isFrames: boolean;
}

export type SplitName = 'train' | 'validation' | 'test';

/** What `readCollection` found. */
export interface VideoCollection {
  /** Absolute path of the folder. */
  root: string;
  format:
    | 'folders'
    | 'manifest'
    | 'ucf101'
    | 'hmdb51'
    | 'path-list'
    | 'kinetics'
    | 'activitynet'
    | 'something-something';
  /** Class names; in alphabetical order, except where a list numbers them, as UCF101 does. */
  labels: readonly string[];
  /** Whether samples may have several labels. */
  multiLabel: boolean;
  samples: readonly VideoSample[];
  /** What lies in the folder, or is listed, and is no sample. */
  leftOut: readonly LeftOut[];
  /** What a person should know before trusting the data, for example of files that were left out. */
  warnings: readonly string[];
}

/** Files or folders that are no sample, and why. */
export interface LeftOut {
  reason: string;
  count: number;
  /** The first few, relative to the collection's root. */
  examples: readonly string[];
  /** Whether that is usual, as of hidden files; else a warning says it too. */
  isExpected: boolean;
}

/**
 * Decoded spans of videos, whole, by key. In a full cache nothing makes room for more of the same run: training goes
 * through all samples again and again in a new order, so that whatever were put out would be wanted as soon as what came
 * in for it, and the work of decoding would only grow.
 */
export interface ClipCache {
  /** The frames that `choose` picks from the span's number of frames, in that order; null where it is not held. */
  read(key: string, choose: (frames: number) => number[]): Promise<RgbClip | null>;
  hasRoom(bytes: number): boolean;
  /** Keeps a span where there is room. Never rejects. */
  write(key: string, span: RgbClip): Promise<void>;
}

/** A sample that could not be loaded. */
export interface SkippedSample {
  /** In the dataset. */
  index: number;
  /** The dataset's `nameOf`, or `sample <index>`. */
  name: string;
  /** Message of the error. */
  reason: string;
}

import type { SkippedSample } from '../dataset/types';

/** How a model does on a dataset. All of it is JSON: what `evaluation.json` holds. */
export interface Evaluation {
  formatVersion: 1;
  architecture: string;
  /** Path of model and data; null where they were given as objects. */
  model: string | null;
  data: string | null;
  /** Null for a dataset given as an object. */
  split: 'train' | 'validation' | 'test' | 'all' | null;
  fold: number | null;
  clips: number;
  crops: 1 | 3;
  averageFrames: boolean;
  /** The model's; rows and columns of everything below. */
  labels: readonly string[];
  metrics: SingleLabelMetrics | MultiLabelMetrics;
  /** One for each sample, in the dataset's order. */
  predictions: SamplePrediction[];
  /** Samples that could not be loaded; they count nowhere else. */
  skipped: SkippedSample[];
  /** For example that one group is on both sides of the split, or that videos are damaged, cut short or interlaced. */
  warnings: string[];
  device: string;
  precision: string;
  /** From the first clip asked for to the last answer, decoding included. */
  seconds: number;
  clipsPerSecond: number;
}

/** Metrics of data with one class a video. Those of videos are of the softmax averaged over a video's clips and crops. */
export interface SingleLabelMetrics {
  task: 'singleLabel';
  /** Each clip for itself, its crops averaged: share of those whose label came first, or among the first five. */
  clip: { count: number; top1: number; top5: number };
  video: { count: number; top1: number; top5: number };
  /** Mean negative log-likelihood of the videos' labels. */
  loss: number;
  /** Mean recall of the classes that occur (balanced accuracy). */
  meanClassAccuracy: number;
  /** Mean F1 of the classes that occur or are predicted. */
  macroF1: number;
  calibration: Calibration;
  classes: ClassMetrics[];
  /** Videos of class (row) taken for class (column). */
  confusion: number[][];
}

/** Metrics of data with several classes a video, each with a sigmoid of its own; a class is predicted from 0.5 on. */
export interface MultiLabelMetrics {
  task: 'multiLabel';
  /** Share of clips and of videos that were right in every class. */
  clip: { count: number; exactMatch: number };
  video: { count: number; exactMatch: number };
  /** Binary cross entropy, the mean over classes and videos. */
  loss: number;
  /** Mean of the average precisions of the classes that occur (mAP). */
  meanAveragePrecision: number;
  macroF1: number;
  classes: (ClassMetrics & { averagePrecision: number | null })[];
}

/** One class against the rest, by video. */
export interface ClassMetrics {
  label: string;
  /** Videos of the class, and videos taken for it. */
  support: number;
  predicted: number;
  /** The class's accuracy: share of its videos that were found. Null where there are none. */
  recall: number | null;
  /** Share of those taken for it that are it. Null where none was. */
  precision: number | null;
  /** Null where the class neither occurs nor is predicted. */
  f1: number | null;
}

/** Confidence against accuracy in equal bins (Guo et al. 2017). */
export interface Calibration {
  /** Expected calibration error: mean of |accuracy - confidence| over the bins, weighted by their counts. */
  error: number;
  /** 15 of them. Means are null in an empty bin. */
  bins: { from: number; to: number; count: number; confidence: number | null; accuracy: number | null }[];
}

/** What the model said of one sample. */
export interface SamplePrediction {
  /** Of the sample in the dataset. */
  index: number;
  name: string;
  /** Its own; several with `multiLabel`. */
  labels: string[];
  /** First choice and its probability; with `multiLabel` those from 0.5 on, most probable first, may be none. */
  predicted: { label: string; probability: number }[];
  /** Probability of its (first) own label. */
  probability: number;
  correct: boolean;
}

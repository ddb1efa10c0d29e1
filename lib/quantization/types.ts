import type { SkippedSample } from '../dataset/types';
import type { Quantization } from '../model/types';

/**
 * What is being done: clips are `read`, `ranges` are compared, `layers` tried one by one, and then together, which may take
 * several passes (`choice`).
 */
export interface QuantizeProgress {
  step: 'read' | 'ranges' | 'layers' | 'choice';
  /** Of clips, or of layers. */
  done: number;
  total: number;
}

/** A convolution that could be int8. */
export interface LayerReport {
  /** Its kind, channels, kernel and the like; equal layers have equal names. */
  name: string;
  int8: boolean;
  /** Of the logits, in dB, where this layer alone is int8: how little it costs. At most 144, as float32 has no more. */
  signalToNoise: number;
  /** Its share of the multiplications of all of these layers, 0…1. */
  multiplications: number;
}

/** What `quantizeModel` did, and what is lost by it. All of it is JSON. */
export interface QuantizationReport {
  formatVersion: 1;
  architecture: string;
  /** Path of the model; null where it was given as an object. */
  model: string | null;
  outFile: string;
  /** Path of the data, and their part; null where they were given as an object. */
  data: string | null;
  split: 'train' | 'validation' | 'test' | 'all' | null;
  method: Quantization['method'];
  /** Of the logits, in dB, with all layers in int8, for each method that was tried. */
  methods: { method: Quantization['method']; signalToNoise: number }[];
  /** Clips that ranges were taken from, and those that the figures below were measured on. */
  clips: { calibration: number; measured: number };
  /** In the order of the network's graph. */
  layers: LayerReport[];
  /** Of the logits in dB. */
  signalToNoise: number;
  /** Share of clips that are decided as in float32, 0…1. */
  agreement: number;
  /** Shares of clips that are right, 0…1; of several classes a clip, right in all. Null for clips without labels. */
  top1: { before: number; after: number } | null;
  /** Sizes of the files. */
  bytes: { before: number; after: number };
  /** Samples that could not be loaded. */
  skipped: SkippedSample[];
  warnings: string[];
  seconds: number;
}

import type { CropPosition } from '../clip/types';
import type { VideoClip } from '../video/types';
import type { ClipClassifier, ViewOptions } from './clipClassifier';
import { topPredictions } from './topPredictions';
import type { VideoSegment } from './types';
import { VectorMean } from './vectorMean';

/** A clip of a video and what was seen in it. */
export interface ClassifiedClip {
  segment: VideoSegment;
  /** Of all labels, averaged over the crops. */
  probabilities: Float32Array;
}

/** One crop is the centre; three lie along the longer side of the frame. */
export function cropPositions({ width, height }: { width: number; height: number }, crops: 1 | 3): CropPosition[] {
  if (crops === 1) return [{ x: 0.5, y: 0.5 }];
  return [0, 0.5, 1].map((place) => (width >= height ? { x: place, y: 0.5 } : { x: 0.5, y: place }));
}

/** Classifies the views (crops) of one clip: probabilities averaged over them. */
export async function classifyViews(
  classifier: ClipClassifier,
  clip: VideoClip,
  { topK, crops, ...view }: { topK: number; crops: readonly CropPosition[] } & Omit<ViewOptions, 'crop'>,
): Promise<ClassifiedClip> {
  const { startSeconds, endSeconds, paddedSeconds } = clip;
  const views = crops.map((crop) => classifier.probabilities(clip, { ...view, crop }));
  const probabilities = mean(await Promise.all(views));
  const predictions = topPredictions(probabilities, classifier.labels, topK);
  return { segment: { startSeconds, endSeconds, paddedSeconds, predictions }, probabilities };
}

/** The mean of vectors of one length. */
export function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new VectorMean();
  for (const vector of vectors) sum.add(vector);
  return sum.value;
}

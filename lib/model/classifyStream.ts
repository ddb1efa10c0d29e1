import { parseOptions } from '../base/validation';
import type { VideoSource } from '../video/videoSource';
import { classifyClips } from './classifyClips';
import { type ClassifyStreamOptions, classifyStreamOptions } from './classifyOptions';
import type { ClipClassifier } from './clipClassifier';
import { slidingWindow } from './clipWindows';
import { slideOver } from './cutClips';
import type { VideoSegment } from './types';

/** Classifies a video window by window; see `VideoModel.classifyStream`. */
export async function* classifyStream(
  classifier: ClipClassifier,
  source: VideoSource,
  options: ClassifyStreamOptions = {},
): AsyncGenerator<VideoSegment, void> {
  const filled = parseOptions(classifyStreamOptions(classifier.labels.length), options);
  const { windowSeconds, strideSeconds, ...views } = filled;
  const windows = slidingWindow(classifier.inputs, windowSeconds, strideSeconds);
  const classified = classifyClips(classifier, source, views, (video, signal) => slideOver(video, windows, signal));
  for await (const { segment } of classified) yield segment;
}

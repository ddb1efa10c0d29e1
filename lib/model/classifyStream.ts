import { parseOptions } from '../base/validation';
import type { VideoSource } from '../video/videoSource';
import { classifyClips } from './classifyClips';
import { type ClassifyStreamOptions, classifyStreamOptions } from './classifyOptions';
import type { ClipClassifier } from './clipClassifier';
import type { VideoSegment } from './types';

/** Classifies a video window by window; see `VideoModel.classifyStream`. */
export async function* classifyStream(
  classifier: ClipClassifier,
  source: VideoSource,
  options: ClassifyStreamOptions = {},
): AsyncGenerator<VideoSegment, void> {
  const { frames, frameRate } = classifier.input;
  const filled = parseOptions(classifyStreamOptions(classifier.labels.length), options);
  const { windowSeconds = frames / frameRate, strideSeconds = windowSeconds, ...views } = filled;
  const classified = classifyClips(classifier, source, views, (video, signal) =>
    video.slide({ frames, frameRate: frames / windowSeconds, strideSeconds, signal }),
  );
  for await (const { segment } of classified) yield segment;
}

import { parseOptions } from '../base/validation';
import type { VideoInfo } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { classifyClips } from './classifyClips';
import { type ClassifyVideoOptions, classifyVideoOptions } from './classifyOptions';
import { mean } from './classifyViews';
import type { ClipClassifier } from './clipClassifier';
import { spreadWindows } from './clipWindows';
import { readWindows } from './cutClips';
import { topPredictions } from './topPredictions';
import type { VideoClassification, VideoSegment } from './types';
import type { OnVideoStep } from './videoSteps';

/** Classifies a video from clips spread evenly over it; see `VideoModel.classifyVideo`. */
export async function classifyVideo(
  classifier: ClipClassifier,
  source: VideoSource,
  options: ClassifyVideoOptions = {},
  onStep?: OnVideoStep,
): Promise<VideoClassification> {
  const { labels, inputs } = classifier;
  const { clips, onProgress, ...views } = parseOptions(classifyVideoOptions(labels.length), options);
  const warnings: string[] = [];
  const segments: VideoSegment[] = [];
  const results: Float32Array[] = [];
  let video!: VideoInfo;
  let done = 0;
  let total = 0;
  const classified = classifyClips(
    classifier,
    source,
    {
      ...views,
      ...(onStep && { onStep }),
      onWarning: (warning) => warnings.push(warning),
      onDone: () => onProgress?.({ done: ++done, total }),
    },
    (opened, signal) => {
      video = opened.info;
      const windows = spreadWindows(inputs, video.durationSeconds, clips);
      total = windows.length;
      return readWindows(opened, windows, signal);
    },
  );
  for await (const { segment, probabilities } of classified) {
    results.push(probabilities);
    segments.push(segment);
  }
  const predictions = topPredictions(mean(results), labels, views.topK);
  return { predictions, segments, video, warnings };
}

import { parseOptions } from '../base/validation';
import { viewWindows } from '../video/sampleWindows';
import type { VideoInfo } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { classifyClips } from './classifyClips';
import { type ClassifyVideoOptions, classifyVideoOptions } from './classifyOptions';
import { mean } from './classifyViews';
import type { ClipClassifier } from './clipClassifier';
import { topPredictions } from './topPredictions';
import type { VideoClassification, VideoSegment } from './types';

/** Classifies a video from clips spread evenly over it; see `VideoModel.classifyVideo`. */
export async function classifyVideo(
  classifier: ClipClassifier,
  source: VideoSource,
  options: ClassifyVideoOptions = {},
): Promise<VideoClassification> {
  const { labels, input } = classifier;
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
      onWarning: (warning) => warnings.push(warning),
      onDone: () => onProgress?.({ done: ++done, total }),
    },
    (opened, signal) => {
      video = opened.info;
      const windows = viewWindows(video.durationSeconds, { clips, ...input });
      total = windows.length;
      return opened.readClips(windows, { signal });
    },
  );
  for await (const { segment, probabilities } of classified) {
    results.push(probabilities);
    segments.push(segment);
  }
  const predictions = topPredictions(mean(results), labels, views.topK);
  return { predictions, segments, video, warnings };
}

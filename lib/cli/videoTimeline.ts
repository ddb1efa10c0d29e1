import { classifyViews, cropPositions } from '../model/classifyViews';
import { slidingWindow } from '../model/clipWindows';
import type { VideoSegment } from '../model/types';
import type { VideoModel } from '../model/videoModel';
import type { VideoReader } from '../video/types';

/** A window of a video, and how long the network took for it. */
export interface TimedSegment extends VideoSegment {
  milliseconds: number;
}

export interface TimelineOptions {
  topK: number;
  crops: 1 | 3;
  /** Length of a window in seconds. Default: the model's frames / frameRate. */
  window?: number;
  /** Seconds from one window's start to the next. Default: `window`. */
  stride?: number;
}

/**
 * Classifies an open video window by window, as `VideoModel.classifyStream` does, with two differences: the caller
 * holds the video and so sees its warnings, and windows run one at a time, so that each has a time of its own. The
 * decoder is a process of its own and works ahead meanwhile.
 */
export async function* videoTimeline(
  model: VideoModel,
  video: VideoReader,
  { topK, crops, window, stride }: TimelineOptions,
): AsyncGenerator<TimedSegment, void> {
  const { slide, picks } = slidingWindow(model.classifier.inputs, window, stride);
  const views = { topK, crops: cropPositions(video.info, crops), picks };
  for await (const clip of video.slide(slide)) {
    const began = performance.now();
    const { segment } = await classifyViews(model.classifier, clip, views);
    yield { ...segment, milliseconds: performance.now() - began };
  }
}

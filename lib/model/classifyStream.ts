import { callSignal } from '../base/abort';
import { parseOptions } from '../base/validation';
import { openVideo } from '../video/openVideo';
import type { VideoClip } from '../video/types';
import { type ClassifyStreamOptions, classifyStreamOptions } from './classifyOptions';
import type { ClipClassifier } from './clipClassifier';
import { topPredictions } from './topPredictions';
import type { VideoSegment } from './types';
import { clipsInFlight, cropPositions, ViewRunner } from './viewRunner';

/**
 * Classifies a video window by window; see `VideoModel.classifyStream`. A few windows are decoded and run ahead of the
 * consumer; nothing more is once it leaves the loop.
 */
export async function* classifyStream(
  classifier: ClipClassifier,
  path: string,
  options: ClassifyStreamOptions = {},
): AsyncGenerator<VideoSegment, void> {
  const { labels, input } = classifier;
  const { frames } = input;
  const { topK, crops, ...filled } = parseOptions(classifyStreamOptions(labels.length), options);
  const { windowSeconds = frames / input.frameRate } = filled;
  const { strideSeconds = windowSeconds } = filled;
  const call = callSignal(filled);
  try {
    const video = await openVideo(path, { signal: call.signal });
    try {
      const runner = new ViewRunner(classifier, cropPositions(video.info, crops), call.signal);
      const segment = async (clip: VideoClip): Promise<VideoSegment> => {
        const { startSeconds, endSeconds } = clip;
        const probabilities = await runner.run(clip);
        return { startSeconds, endSeconds, predictions: topPredictions(probabilities, labels, topK) };
      };
      const atOnce = clipsInFlight(video.info, frames);
      const running: Promise<VideoSegment>[] = [];
      const slide = { frames, frameRate: frames / windowSeconds, strideSeconds, signal: call.signal };
      for await (const clip of video.slide(slide)) {
        const task = segment(clip);
        // A failure is met in order; one behind a consumer that has left is nobody's.
        task.catch(() => {});
        running.push(task);
        const first = running.length >= atOnce ? running.shift() : undefined;
        if (first !== undefined) yield await first;
      }
      for (const task of running) yield await task;
    } finally {
      await video.close();
    }
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

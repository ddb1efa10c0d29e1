import { callSignal } from '../base/abort';
import type { CallOptions } from '../base/schemas';
import { openDecodedVideo } from '../video/openVideo';
import type { VideoClip, VideoReader } from '../video/types';
import type { ClipClassifier } from './clipClassifier';
import { topPredictions } from './topPredictions';
import type { VideoSegment } from './types';
import { clipsInFlight, cropPositions, ViewRunner } from './viewRunner';

interface ClassifyClipsOptions extends CallOptions {
  topK: number;
  crops: 1 | 3;
  onWarning?: (warning: string) => void;
  /** A clip is done, not always in order. */
  onDone?: () => void;
}

/** A clip of a video and what was seen in it. */
interface ClassifiedClip {
  segment: VideoSegment;
  /** Of all labels, averaged over the crops. */
  probabilities: Float32Array;
}

/**
 * Opens a video and classifies the clips that `cut` takes from it, in their order. A few are decoded and run ahead of the
 * consumer; nothing more is once it leaves the loop.
 */
export async function* classifyClips(
  classifier: ClipClassifier,
  path: string,
  { topK, crops, onWarning, onDone, ...options }: ClassifyClipsOptions,
  cut: (video: VideoReader, signal: AbortSignal) => AsyncIterable<VideoClip>,
): AsyncGenerator<ClassifiedClip, void> {
  const call = callSignal(options);
  const { signal } = call;
  try {
    await using video = await openDecodedVideo(path, { signal });
    const { length: known } = video.warnings;
    for (const warning of [...video.warnings]) onWarning?.(warning);
    const runner = new ViewRunner(classifier, cropPositions(video.info, crops), signal);
    const classify = async (clip: VideoClip): Promise<ClassifiedClip> => {
      const { startSeconds, endSeconds } = clip;
      const probabilities = await runner.run(clip);
      const predictions = topPredictions(probabilities, classifier.labels, topK);
      onDone?.();
      return { segment: { startSeconds, endSeconds, predictions }, probabilities };
    };
    const atOnce = clipsInFlight(video.info, classifier.input.frames);
    const running: Promise<ClassifiedClip>[] = [];
    for await (const clip of cut(video, signal)) {
      const task = video.keepFor(classify(clip));
      // A failure is met in order; one behind a consumer that has left is nobody's.
      task.catch(() => {});
      running.push(task);
      const first = running.length >= atOnce ? running.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (const warning of video.warnings.slice(known)) onWarning?.(warning);
    for (const task of running) yield await task;
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

import { callSignal } from '../base/abort';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { workAhead } from '../base/workAhead';
import { frameWindows } from '../video/frameWindows';
import type { TimedPicture } from '../video/types';
import { type ClassifyFramesOptions, classifyFramesOptions } from './classifyOptions';
import { classifyViews, cropPositions } from './classifyViews';
import type { ClipClassifier } from './clipClassifier';
import { clipsInFlight } from './clipsInFlight';
import { slidingWindow } from './clipWindows';
import type { VideoSegment } from './types';

/** Classifies frames as they come, window by window; see `VideoModel.classifyFrames`. */
export async function* classifyFrames(
  classifier: ClipClassifier,
  source: AsyncIterable<TimedPicture> | Iterable<TimedPicture>,
  options: ClassifyFramesOptions = {},
): AsyncGenerator<VideoSegment, void> {
  const filled = parseOptions(classifyFramesOptions(classifier.labels.length), options);
  const { windowSeconds, strideSeconds, topK, crops, ...limits } = filled;
  const { slide, picks } = slidingWindow(classifier.inputs, windowSeconds, strideSeconds);
  if (!isIterable(source)) throw invalidArgument('frames', 'an iterable of frames, at best an async one', source);
  const call = callSignal(limits);
  const { signal } = call;
  try {
    const clips = frameWindows(source, slide, signal);
    const classified = workAhead(
      clips,
      (clip) => classifyViews(classifier, clip, { topK, crops: cropPositions(clip, crops), picks, signal }),
      clipsInFlight,
    );
    for await (const { segment } of classified) yield segment;
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

function isIterable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

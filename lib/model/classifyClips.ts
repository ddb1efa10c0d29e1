import type { CallOptions } from '../base/schemas';
import type { VideoClip, VideoReader } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { type ClassifiedClip, classifyViews, cropPositions } from './classifyViews';
import type { ClipClassifier } from './clipClassifier';
import type { SharedWindow } from './sharedWindow';
import type { OnVideoStep } from './videoSteps';
import { workOnVideo } from './workOnVideo';

interface ClassifyClipsOptions extends CallOptions {
  topK: number;
  crops: 1 | 3;
  onWarning?: (warning: string) => void;
  onStep?: OnVideoStep;
  /** A clip is done, not always in order. */
  onDone?: () => void;
}

/** A clip of a video, for all networks of a classifier. */
export interface CutClip extends VideoClip, Pick<SharedWindow, 'picks'> {}

/** Opens a video and classifies the clips that `cut` takes from it, as {@link workOnVideo} does. */
export function classifyClips(
  classifier: ClipClassifier,
  source: VideoSource,
  { topK, crops, onDone, ...options }: ClassifyClipsOptions,
  cut: (video: VideoReader, signal: AbortSignal) => AsyncIterable<CutClip>,
): AsyncGenerator<ClassifiedClip, void> {
  return workOnVideo(classifier, source, {
    ...options,
    cut,
    work: async (clip, info, signal) => {
      const views = { topK, crops: cropPositions(info, crops), picks: clip.picks, signal };
      const classified = await classifyViews(classifier, clip, views);
      onDone?.();
      return classified;
    },
  });
}

import { callSignal } from '../base/abort';
import type { CallOptions } from '../base/schemas';
import { workAhead } from '../base/workAhead';
import { openDecodedVideo } from '../video/openVideo';
import type { VideoClip, VideoReader } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { type ClassifiedClip, classifyViews, clipsInFlight, cropPositions } from './classifyViews';
import type { ClipClassifier } from './clipClassifier';
import { decodingOf } from './decodingOf';
import type { SharedWindow } from './sharedWindow';

interface ClassifyClipsOptions extends CallOptions {
  topK: number;
  crops: 1 | 3;
  onWarning?: (warning: string) => void;
  /** A clip is done, not always in order. */
  onDone?: () => void;
}

/** A clip of a video, for all networks of a classifier. */
export interface CutClip extends Pick<SharedWindow, 'picks'> {
  clip: VideoClip;
}

/**
 * Opens a video and classifies the clips that `cut` takes from it, in their order. A few are decoded and run ahead of the
 * consumer; nothing more is once it leaves the loop.
 */
export async function* classifyClips(
  classifier: ClipClassifier,
  source: VideoSource,
  { topK, crops, onWarning, onDone, ...options }: ClassifyClipsOptions,
  cut: (video: VideoReader, signal: AbortSignal) => AsyncIterable<CutClip>,
): AsyncGenerator<ClassifiedClip, void> {
  const entry = classifier.videos?.enter();
  const call = callSignal(options);
  const { signal } = call;
  try {
    const decoding = { signal, ...decodingOf(classifier.inputs) };
    await using video = await openDecodedVideo(source, decoding, () => entry?.begin());
    const { length: known } = video.warnings;
    for (const warning of [...video.warnings]) onWarning?.(warning);
    // Of the video's own size: its clips may come in the network's.
    const views = { topK, crops: cropPositions(video.info, crops), signal };
    const classify = async ({ clip, picks }: CutClip): Promise<ClassifiedClip> => {
      const classified = await classifyViews(classifier, clip, { ...views, picks });
      onDone?.();
      return classified;
    };
    const classified = workAhead(
      cut(video, signal),
      (cutClip) => video.keepFor(classify(cutClip)),
      ({ clip }) => clipsInFlight(clip),
    );
    for await (const clip of classified) {
      entry?.pause();
      yield clip;
      entry?.resume();
    }
    for (const warning of video.warnings.slice(known)) onWarning?.(warning);
  } catch (error) {
    const cause = call.cause(error);
    entry?.fail(cause as { code?: unknown });
    throw cause;
  } finally {
    call.end();
    entry?.end();
  }
}

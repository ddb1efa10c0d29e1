import { invalidArgument } from '../../base/errors';
import { spreadOptions, windowOptions } from '../../model/classifyOptions';
import { slidingWindow, spreadWindows } from '../../model/clipWindows';
import { readWindows, slideOver } from '../../model/cutClips';
import type { ModelInput } from '../../model/types';
import type { VideoReader } from '../../video/types';

/** Windows from a video's beginning to its end, or, with `clips`, so many spread over it. */
export const timelineOptions = {
  clips: spreadOptions.clips.unwrap().optional(),
  windowSeconds: windowOptions.windowSeconds,
  strideSeconds: windowOptions.strideSeconds,
};

export interface TimelineOptions {
  clips?: number | undefined;
  windowSeconds?: number | undefined;
  strideSeconds?: number | undefined;
}

/** How clips are taken from a video, as those options say. Throws `ERR_INVALID_ARGUMENT` where they contradict each other. */
export function timelineCut(
  inputs: readonly Readonly<ModelInput>[],
  { clips, windowSeconds, strideSeconds }: TimelineOptions,
) {
  if (clips === undefined) {
    const windows = slidingWindow(inputs, windowSeconds, strideSeconds);
    return (video: VideoReader, signal: AbortSignal) => slideOver(video, windows, signal);
  }
  if (windowSeconds !== undefined || strideSeconds !== undefined) {
    throw invalidArgument('clips', 'left out with windowSeconds and strideSeconds', clips);
  }
  return (video: VideoReader, signal: AbortSignal) =>
    readWindows(video, spreadWindows(inputs, video.info.durationSeconds, clips), signal);
}

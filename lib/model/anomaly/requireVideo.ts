import { isUrl } from '../../base/filePath';
import { timeTolerance } from '../../base/timeTolerance';
import { openVideo } from '../../video/openVideo';
import type { VideoSource } from '../../video/videoSource';
import { fewestFrames, requireFrames } from './falseAlarmThreshold';

interface Wanted {
  falseAlarmRate: number;
  /** Of the model. */
  frameRate: number;
  signal?: AbortSignal;
}

/**
 * `ERR_DATASET` where normal videos last too short to tell a rate of false alarms, before hours are spent on their scores. No
 * more of them are opened than it takes to know. Where some are not files, which may be read only once, nothing is
 * said.
 */
export async function requireVideo(
  videos: readonly VideoSource[],
  { falseAlarmRate, frameRate, signal }: Wanted,
): Promise<void> {
  if (!videos.every((video) => typeof video === 'string' || isUrl(video))) return;
  const fewest = fewestFrames(falseAlarmRate);
  let frames = 0;
  for (const video of videos) {
    await using opened = await openVideo(video, { signal });
    frames += Math.ceil(opened.info.durationSeconds * frameRate - timeTolerance);
    if (frames >= fewest) return;
  }
  requireFrames(frames, falseAlarmRate);
}

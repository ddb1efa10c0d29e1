import { invalidArgument } from '../../base/errors';
import { parseOptions } from '../../base/validation';
import type { VideoInfo } from '../../video/types';
import type { VideoSource } from '../../video/videoSource';
import type { ModelInput } from '../types';
import { workOnVideo } from '../workOnVideo';
import { alarmSegments } from './alarmSegments';
import { errorMap } from './errorMap';
import { FrameMeans } from './frameMeans';
import { frameScores } from './frameScores';
import { type AnomalyScoreOptions, anomalyScoreOptions } from './options';
import { scoringOf } from './scoringOf';
import type { AnomalyTimeline, ClipReconstructor } from './types';

/** Scores a video frame by frame; see `VideoModel.anomalyScore`. */
export async function scoreVideo(
  model: ClipReconstructor,
  source: VideoSource,
  options: AnomalyScoreOptions = {},
): Promise<AnomalyTimeline> {
  const [input] = model.inputs as [ModelInput];
  const { frames, frameRate } = input;
  const { alarm } = model;
  const {
    score: wantedScore,
    stride: wantedStride,
    threshold: given,
    crop,
    onWarning,
    onProgress,
    ...call
  } = parseOptions(anomalyScoreOptions, options);
  const { score, stride } = scoringOf({ score: wantedScore, stride: wantedStride }, alarm, frames);
  if (stride > frames) throw invalidArgument('stride', `at most ${frames}, the frames of a window,`, stride);
  const warnings: string[] = [];
  const means = new FrameMeans();
  let video!: VideoInfo;
  let windows = 0;
  const scored = workOnVideo(model, source, {
    ...call,
    cut: (opened, signal) => {
      video = opened.info;
      return opened.slide({ frames, frameRate, strideSeconds: stride / frameRate, signal });
    },
    work: async (clip, _, signal) => {
      const { target, reconstruction } = await model.reconstruct(clip, { crop, signal });
      const shown = frames - Math.round(clip.paddedSeconds * frameRate);
      return frameScores(errorMap(target, reconstruction, input), score).slice(0, shown);
    },
    onWarning: (warning) => {
      warnings.push(warning);
      onWarning?.(warning);
    },
  });
  for await (const scores of scored) {
    const first = windows++ * stride;
    means.add(first, scores);
    const total = Math.max(first + scores.length, Math.ceil(video.durationSeconds * frameRate));
    onProgress?.({ done: first + scores.length, total });
  }
  const scores = means.finish();
  const threshold = given ?? (alarm?.score === score ? alarm.threshold : null);
  const segments = threshold === null ? [] : alarmSegments(scores, threshold, frameRate);
  return { score, scores, frameRate, threshold, segments, video, warnings };
}

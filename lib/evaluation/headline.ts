import type { Evaluation } from './types';

/** The figures of an evaluation that are one number each, by name: shares from 0 to 1, and the loss. */
export function headline({ metrics }: Pick<Evaluation, 'metrics'>): Record<string, number> {
  if (metrics.task === 'multiLabel') {
    const { clip, video, meanAveragePrecision, macroF1, loss } = metrics;
    return { meanAveragePrecision, exactMatch: video.exactMatch, clipExactMatch: clip.exactMatch, macroF1, loss };
  }
  const { clip, video, meanClassAccuracy, macroF1, loss, calibration } = metrics;
  const calibrationError = calibration.error;
  const byClip = { clipTop1: clip.top1, clipTop5: clip.top5 };
  return { top1: video.top1, top5: video.top5, ...byClip, meanClassAccuracy, macroF1, loss, calibrationError };
}

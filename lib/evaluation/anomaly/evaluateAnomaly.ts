import { callSignal } from '../../base/abort';
import { invalidArgument } from '../../base/errors';
import { loadAhead } from '../../base/loadAhead';
import { parseOptions } from '../../base/validation';
import { loadFailure, refuseTooMany, skippedSample } from '../../dataset/clips/loadFailure';
import { VideoWarnings } from '../../dataset/clips/videoWarnings';
import type { SkippedSample } from '../../dataset/types';
import type { AnomalyTimeline } from '../../model/anomaly/types';
import { loadModel } from '../../model/loadModel';
import type { ModelSource } from '../../model/modelSource';
import { VideoModel } from '../../model/videoModel';
import { evaluationSamples } from '../evaluationSamples';
import { anomalyMetrics } from './anomalyMetrics';
import { isAnomalous, type LabelledVideo, labelledVideos } from './frameLabels';
import { type EvaluateAnomalyOptions, evaluateAnomalyOptions, type FilledEvaluateAnomalyOptions } from './options';
import type { ScoredFrame } from './rocCurve';
import type { AnomalyEvaluation } from './types';

/** Videos that are scored at once: as many small ones as keep batches full. */
const videosAtOnce = 4;

/**
 * Measures how well a model's anomaly scores tell anomalous frames from normal ones: the area under the ROC curve over all
 * frames (`auc`), its mean over videos (`macroAuc`), and the equal error rate.
 *
 * `data` is what `readCollection` reads. A line of a manifest says of a video, or of the part from `start` to `end`, what it
 * shows; frames within a line of another label than `normal` are anomalous, all others are normal. Every frame counts, at
 * the model's frame rate.
 *
 * @example
 * // path,label,start,end
 * // monday.mp4,normal,,
 * // friday.mp4,theft,62.5,71
 * const { auc, equalErrorRate } = await evaluateAnomaly('camera.pt', 'manifest.csv', { normalise: 'video' });
 *
 * @throws KinetorchError `ERR_DATASET` (frames of one kind only, no such label, too many videos that cannot be scored),
 * `ERR_UNSUPPORTED` for a model without a decoder, and those of {@link loadModel} and of `anomalyScore`
 */
export async function evaluateAnomaly(
  model: VideoModel | ModelSource,
  data: string,
  options: EvaluateAnomalyOptions = {},
): Promise<AnomalyEvaluation> {
  const filled = parseOptions(evaluateAnomalyOptions, options);
  if (typeof data !== 'string' || data === '') throw invalidArgument('data', 'the path of a folder or manifest', data);
  if (model instanceof VideoModel) return evaluateLoaded(model, null, data, filled);
  const { device, precision, threads } = filled;
  await using loaded = await loadModel(model, { device, precision, threads });
  return await evaluateLoaded(loaded, typeof model === 'string' ? model : null, data, filled);
}

async function evaluateLoaded(
  model: VideoModel,
  path: string | null,
  data: string,
  { normal, normalise, ...options }: FilledEvaluateAnomalyOptions,
): Promise<AnomalyEvaluation> {
  const { collection, samples, split, fold, warnings } = await evaluationSamples(data, model.metadata, options);
  const labelled = labelledVideos(collection, samples, normal);
  const call = callSignal(options);
  const began = performance.now();
  try {
    const { scored, skipped } = await scoreVideos(model, labelled, { ...options, signal: call.signal });
    const [first] = scored;
    if (first === undefined) throw loadFailure('at least one video that can be scored', skipped, labelled.length);
    const frames = scored.map(framesOf);
    const { videoAuc, ...metrics } = anomalyMetrics(frames, normalise);
    const all = frames.flat();
    const { threshold, score } = first.timeline;
    return {
      formatVersion: 1,
      architecture: model.architecture,
      model: path,
      data,
      split,
      fold,
      score,
      normal,
      normalise,
      ...metrics,
      alarm: threshold === null ? null : { threshold, ...alarmShares(all, threshold) },
      frames: counts(all),
      videos: scored.map(({ video }, index) => ({
        path: video.path,
        frames: counts(frames[index] as ScoredFrame[]),
        auc: videoAuc[index] ?? null,
        highestScore: (frames[index] as ScoredFrame[]).reduce((most, one) => Math.max(most, one.score), -Infinity),
      })),
      skipped,
      warnings: [...warnings, ...videoWarnings(scored)],
      device: model.device,
      precision: model.precision,
      seconds: (performance.now() - began) / 1000,
    };
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

interface ScoredVideo {
  video: LabelledVideo;
  timeline: AnomalyTimeline;
}

async function scoreVideos(
  model: VideoModel,
  videos: readonly LabelledVideo[],
  {
    score,
    stride,
    threshold,
    maxSkippedShare,
    onProgress,
    signal,
  }: Omit<FilledEvaluateAnomalyOptions, 'normal' | 'normalise'>,
): Promise<{ scored: ScoredVideo[]; skipped: SkippedSample[] }> {
  const scored: ScoredVideo[] = [];
  const skipped: SkippedSample[] = [];
  const named = { nameOf: (index: number) => videos[index]?.path ?? '' };
  const loading = loadAhead(
    videos,
    ({ path }, stop) => model.anomalyScore(path, { score, stride, threshold, signal: stop }),
    { ahead: 2 * videosAtOnce, concurrency: videosAtOnce, signal },
  );
  let done = 0;
  for await (const { item: video, value: timeline, error } of loading) {
    if (timeline) scored.push({ video, timeline });
    else if (isOfVideo(error)) skipped.push(skippedSample(named, done, error));
    else throw error;
    done++;
    onProgress?.({ done, total: videos.length });
    refuseTooMany(skipped, videos.length, maxSkippedShare);
  }
  return { scored, skipped };
}

/** What is wrong with the model or the call is wrong for every video. */
function isOfVideo(error: unknown): boolean {
  return /^ERR_(VIDEO|FILE|CLIP)_/.test(String((error as { code?: unknown }).code));
}

function framesOf({ video, timeline: { scores, frameRate } }: ScoredVideo): ScoredFrame[] {
  return scores.map((score, frame) => ({ score, anomalous: isAnomalous(video, frame / frameRate) }));
}

function counts(frames: readonly ScoredFrame[]): { normal: number; anomalous: number } {
  const anomalous = frames.filter((frame) => frame.anomalous).length;
  return { normal: frames.length - anomalous, anomalous };
}

/** Of the normal frames those that are an alarm, and of the anomalous ones. */
function alarmShares(frames: readonly ScoredFrame[], threshold: number): { falseAlarms: number; detected: number } {
  const alarms = counts(frames.filter(({ score }) => score > threshold));
  const all = counts(frames);
  return { falseAlarms: alarms.normal / all.normal, detected: alarms.anomalous / all.anomalous };
}

function videoWarnings(scored: readonly ScoredVideo[]): string[] {
  const warnings = new VideoWarnings();
  for (const { video, timeline } of scored) warnings.add(video.path, timeline.warnings);
  return warnings.all;
}

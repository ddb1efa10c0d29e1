import { callSignal } from '../base/abort';
import { invalidArgument, KinetorchError } from '../base/errors';
import { parse, parseOptions } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { loadModel } from '../model/loadModel';
import type { ModelSource } from '../model/modelSource';
import { labelsSchema } from '../model/schemas';
import { VideoModel } from '../model/videoModel';
import { type EvaluationData, evaluationData } from './evaluationData';
import { measuredLoading } from './measuredLoading';
import { multiLabelMetrics, threshold } from './multiLabelMetrics';
import {
  type EvaluateOptions,
  evaluateOptions,
  type FilledEvaluateOptions,
  type FilledMeasuringOptions,
} from './options';
import type { ScoredSample } from './scoredSample';
import { scoreModel } from './scoreModel';
import { firstChoice, singleLabelMetrics } from './singleLabelMetrics';
import type { Evaluation, SamplePrediction } from './types';
import { viewedDataset } from './viewedSamples';

/**
 * Measures a model on labelled video: accuracy by clip and by video, for each class, confusion, F1, calibration. Labels
 * of data and model are matched by name. Samples that cannot be loaded are left out and listed.
 *
 * A model given as path or bytes is loaded, and disposed of, here; on one machine with one number of threads, its
 * numbers are then the same, to the last bit, on every run.
 *
 * Data of several labels a clip, and models of the task `multilabel`, are scored by a sigmoid for each class, others
 * by a softmax.
 *
 * @param data a folder per class, a CSV manifest, a UCF101 or HMDB51 folder, or a dataset; a dataset without `views`
 * gives one clip a sample
 *
 * @example
 * const { metrics } = await evaluate('run/best.pt', 'clips/', { split: 'test', clips: 10, crops: 3 });
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_DATASET` (no samples, a label the model does not know, too many
 * samples that cannot be loaded), `ERR_UNSUPPORTED` (a model that does not classify), `ERR_VIDEO_DECODER`, `ERR_MODEL_FORWARD` (also for NaN), `ERR_ABORTED`, and those of {@link loadModel}
 */
export async function evaluate(
  model: VideoModel | ModelSource,
  data: string | ClipDataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const filled = parseOptions(evaluateOptions, options);
  if (model instanceof VideoModel) return evaluateLoaded(model, null, data, filled);
  const { labels, input, task, output, perFrame } = filled;
  const network = { labels, input, task, output, perFrame };
  await using loaded = await loadModel(model, { ...measuredLoading(filled), ...network });
  return await evaluateLoaded(loaded, typeof model === 'string' ? model : '', data, filled);
}

/** `path` is null where the model is the caller's, and '' where it has none. */
async function evaluateLoaded(
  model: VideoModel,
  path: string | null,
  data: string | ClipDataset,
  options: FilledEvaluateOptions,
): Promise<Evaluation> {
  if (model.metadata.task === 'reconstruct') {
    throw new KinetorchError(
      'ERR_UNSUPPORTED',
      "expected a model that classifies but this one gives clips back, as its task is 'reconstruct': evaluateAnomaly " +
        'measures it',
    );
  }
  const { data: viewed, split, fold, warnings } = await openData(data, model, options);
  const { dataset } = viewed;
  const isMultiLabel = dataset.labelsOf !== undefined || model.metadata.task === 'multilabel';
  const call = callSignal(options);
  const began = performance.now();
  try {
    const { samples, skipped } = await scoreModel(model, viewed, options, {
      pad: path !== null,
      multiLabel: isMultiLabel,
      signal: call.signal,
    });
    const seconds = (performance.now() - began) / 1000;
    const { labels } = model;
    const metrics = isMultiLabel ? multiLabelMetrics(labels, samples) : singleLabelMetrics(labels, samples);
    return {
      formatVersion: 1,
      architecture: model.architecture,
      model: path || null,
      data: typeof data === 'string' ? data : null,
      split,
      fold,
      clips: options.clips,
      crops: options.crops,
      averageFrames: options.averageFrames,
      labels,
      metrics,
      predictions: samples.map((sample) => predictionOf(sample, labels, isMultiLabel)),
      skipped,
      warnings: [...warnings, ...lossWarnings(model, dataset), ...(dataset.warnings ?? [])],
      device: model.device,
      precision: model.precision,
      seconds,
      clipsPerSecond: metrics.clip.count / seconds,
    };
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

/** The data as each network of a model wants to see them. */
export async function openData(
  data: string | ClipDataset,
  model: VideoModel,
  options: FilledMeasuringOptions,
): Promise<EvaluationData> {
  if (typeof data === 'string' && data !== '') {
    return evaluationData(data, model.metadata, model.classifier.inputs, options);
  }
  if (data === null || typeof data !== 'object' || typeof data.clip !== 'function') {
    throw invalidArgument('data', 'the path of a folder or manifest, or a dataset', data);
  }
  parse(labelsSchema, data.labels, 'data.labels');
  return { data: viewedDataset(data), split: null, fold: null, warnings: [] };
}

function lossWarnings({ metadata }: VideoModel, { labelsOf }: ClipDataset): string[] {
  if (labelsOf === undefined || metadata.task === 'multilabel') return [];
  return ['the data have several labels a clip, but the model was trained for one: its sigmoids mean little'];
}

function predictionOf(sample: ScoredSample, labels: readonly string[], multiLabel: boolean): SamplePrediction {
  const { index, name, labels: own, video } = sample;
  const chosen = multiLabel
    ? Array.from(video.keys()).filter((label) => (video[label] ?? 0) >= threshold)
    : [firstChoice(video)];
  const nameOf = (label: number) => labels[label] ?? `class ${label}`;
  return {
    index,
    name,
    labels: own.map(nameOf),
    predicted: chosen
      .map((label) => ({ label: nameOf(label), probability: video[label] ?? 0 }))
      .sort((a, b) => b.probability - a.probability),
    probability: video[own[0] ?? -1] ?? 0,
    correct: chosen.length === new Set(own).size && chosen.every((label) => own.includes(label)),
  };
}

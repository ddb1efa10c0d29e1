import type { TrainerOptions } from '../../binding';
import { invalidArgument } from '../base/errors';
import { labelsAt } from '../dataset/clips/labelsAt';
import type { ClipDataset } from '../dataset/types';
import type { ModelMetadata } from '../model/types';
import { nativeAugmentation } from './augmentation';
import type { FilledTrainOptions } from './options';
import type { RunConfig } from './runConfig';
import type { StartingModel } from './startingModel';
import { lossOf, type TrainingData } from './trainingData';
import type { EpochMetrics } from './types';

/** Everything a run is made of. */
export interface RunPlan {
  options: FilledTrainOptions;
  start: StartingModel;
  data: TrainingData;
  /** The run as it is now; what it was begun with may differ, if only in what may differ on a resume. */
  config: RunConfig;
  /** What a person should know of data and options. */
  warnings: readonly string[];
}

export function trainerOptions({ options, start, data, config }: RunPlan): TrainerOptions {
  const isMultiLabel = lossOf(options, data) === 'bce';
  return {
    ...config.runtime,
    input: start.input,
    numClasses: data.labels.length,
    augment: nativeAugmentation(options.augment, data.labels),
    loss: isMultiLabel ? 'binaryCrossEntropy' : 'crossEntropy',
    labelSmoothing: options.labelSmoothing ?? (isMultiLabel ? 0 : 0.1),
    classWeights: classWeights(options, data),
    optimizer: options.optimizer,
    momentum: options.momentum,
    nesterov: options.nesterov,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: options.weightDecay,
    clipGradNorm: options.clipGradNorm,
    bodyRate: options.bodyRate,
    head: start.parts.head ?? '',
    frozen: frozenStages(options, start),
    freezeBatchNorm: options.freezeBatchNorm,
    emaDecay: options.ema,
    seed: options.seed,
  };
}

const noStages = '0 for a model whose kinetorch.json names no stages';

function frozenStages({ freezeStages }: FilledTrainOptions, { architecture, parts }: StartingModel): string[] {
  const { stages } = parts;
  if (freezeStages === 'all' && stages.length > 0) return stages;
  if (freezeStages !== 'all' && freezeStages <= stages.length) return stages.slice(0, freezeStages);
  const expected = stages.length > 0 ? `at most ${stages.length}, the stages of ${architecture},` : noStages;
  throw invalidArgument('options.freezeStages', expected, freezeStages);
}

function classWeights({ classWeights: weights }: FilledTrainOptions, { labels, train }: TrainingData): number[] {
  if (weights === undefined) return [];
  if (weights === 'balanced') return balancedWeights(labels.length, train);
  if (weights.length === labels.length) return [...weights];
  throw invalidArgument('options.classWeights', `${labels.length} numbers, one for each class,`, weights.length);
}

/** Samples over classes times the class's samples, as scikit-learn has it; a class without samples counts as one. */
function balancedWeights(classes: number, dataset: ClipDataset): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let index = 0; index < dataset.length; index++) {
    for (const label of labelsAt(dataset, index)) counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts.map((count) => dataset.length / (classes * Math.max(1, count)));
}

/** With the seed, what tells training from validation clips: `evaluate` keeps to it. */
function splitOf({ validationShare, officialSplit, fold }: FilledTrainOptions) {
  return { validationShare, officialSplit, fold };
}

/** `kinetorch.json` of the model an epoch gave. */
export function metadataOf({ options, start, data }: RunPlan, metrics: EpochMetrics): ModelMetadata {
  return {
    formatVersion: 2,
    architecture: start.architecture,
    task: lossOf(options, data) === 'bce' ? 'multilabel' : 'multiclass',
    labels: [...data.labels],
    stages: start.parts.stages,
    head: start.parts.head,
    outputs: start.parts.outputs,
    ...(start.parts.frameCnn && { frameCnn: start.parts.frameCnn }),
    // Videos are seen later at the rate at which they were seen here.
    input: { ...start.input, frameRate: start.input.frameRate / options.stride },
    training: {
      epoch: metrics.epoch,
      epochs: options.epochs,
      trainClips: data.train.length,
      batchSize: options.batchSize * options.accumulate,
      loss: lossOf(options, data),
      optimizer: options.optimizer,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      seed: options.seed,
      ...(typeof options.data === 'string' ? splitOf(options) : {}),
      validation: metrics.validation,
    },
    ...(start.license === undefined ? {} : { license: start.license }),
  };
}

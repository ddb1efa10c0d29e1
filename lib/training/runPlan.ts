import type { TrainerOptions } from '../../binding';
import type { ModelMetadata } from '../model/types';
import { nativeAugmentation } from './augmentation';
import type { FilledRunOptions } from './options';
import type { RunConfig } from './runConfig';
import type { RunTask, TaskEpoch } from './runTask';
import type { StartingModel } from './startingModel';
import type { TrainingData } from './trainingData';

/** Everything a run is made of. */
export interface RunPlan {
  options: FilledRunOptions;
  start: StartingModel;
  data: TrainingData;
  task: RunTask;
  /** The run as it is now; what it was begun with may differ, if only in what may differ on a resume. */
  config: RunConfig;
  /** What a person should know of data and options. */
  warnings: readonly string[];
}

export function trainerOptions({ options, start, data, task, config }: RunPlan): TrainerOptions {
  return {
    ...config.runtime,
    input: start.input,
    augment: nativeAugmentation(options.augment, data.train.labels),
    ...task.objective,
    optimizer: options.optimizer,
    momentum: options.momentum,
    nesterov: options.nesterov,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: options.weightDecay,
    clipGradNorm: options.clipGradNorm,
    emaDecay: options.ema,
    seed: options.seed,
  };
}

/** With the seed, what tells training from validation clips: `evaluate` keeps to it. */
function splitOf({ validationShare, officialSplit, fold }: FilledRunOptions) {
  return { validationShare, officialSplit, fold };
}

/** `kinetorch.json` of the model an epoch gave. */
export function metadataOf({ options, start, data, task }: RunPlan, metrics: TaskEpoch): ModelMetadata {
  return {
    formatVersion: 2,
    architecture: start.architecture,
    ...task.metadata,
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
      ...task.record,
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

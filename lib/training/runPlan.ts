import type { TrainerOptions } from '../../binding';
import type { ModelMetadata } from '../model/types';
import type { FilledTrainOptions } from './options';
import type { StartingModel } from './startingModel';
import type { TrainingData } from './trainingData';
import type { EpochMetrics } from './types';

/** Everything a run is made of. */
export interface RunPlan {
  options: FilledTrainOptions;
  start: StartingModel;
  data: TrainingData;
}

export function trainerOptions({ options, start, data }: RunPlan): TrainerOptions {
  return {
    device: options.device,
    input: start.input,
    numClasses: data.labels.length,
    optimizer: options.optimizer,
    momentum: options.momentum,
    nesterov: options.nesterov,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: options.weightDecay,
    labelSmoothing: options.labelSmoothing,
    horizontalFlip: options.horizontalFlip,
    clipGradNorm: options.clipGradNorm,
    seed: options.seed,
    threads: options.threads,
  };
}

/** What `config.json` says: the options with their defaults, and what they came to. */
export function configOf({ options, start, data }: RunPlan): object {
  return {
    ...options,
    from: options.from instanceof Uint8Array ? `${options.from.length} bytes` : options.from,
    data: typeof options.data === 'string' ? options.data : 'datasets',
    architecture: start.architecture,
    input: start.input,
    labels: data.labels,
    trainClips: data.train.length,
    validationClips: data.validation?.length ?? 0,
  };
}

/** `kinetorch.json` of the model an epoch gave. */
export function metadataOf({ options, start, data }: RunPlan, metrics: EpochMetrics): ModelMetadata {
  return {
    formatVersion: 1,
    architecture: start.architecture,
    labels: [...data.labels],
    input: start.input,
    training: {
      epoch: metrics.epoch,
      epochs: options.epochs,
      trainClips: data.train.length,
      batchSize: options.batchSize,
      optimizer: options.optimizer,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      seed: options.seed,
      validation: metrics.validation,
    },
    ...(start.license === undefined ? {} : { license: start.license }),
  };
}

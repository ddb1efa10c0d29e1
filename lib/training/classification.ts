import type { EvalResult, NativeBatch } from '../../binding';
import { invalidArgument } from '../base/errors';
import { labelsAt } from '../dataset/clips/labelsAt';
import type { ClipDataset } from '../dataset/types';
import { placeOf } from '../evaluation/singleLabelMetrics';
import { type FilledTrainOptions, usualSmoothing } from './options';
import type { RunTask } from './runTask';
import type { StartingModel } from './startingModel';
import type { TrainingData } from './trainingData';

/** What `train` learns: which classes clips show. */
export function classification(options: FilledTrainOptions, start: StartingModel, data: TrainingData): RunTask {
  const { labels, train } = data;
  const loss = options.loss ?? (train.labelsOf ? 'bce' : 'crossentropy');
  const isMultiLabel = loss === 'bce';
  return {
    objective: {
      objective: 'classification',
      mask: { ratio: 0, cell: 1, target: 'both' },
      numClasses: labels.length,
      loss: isMultiLabel ? 'binaryCrossEntropy' : 'crossEntropy',
      labelSmoothing: options.labelSmoothing ?? (isMultiLabel ? 0 : usualSmoothing),
      classWeights: classWeights(options, data),
      bodyRate: options.bodyRate,
      head: start.parts.head ?? '',
      frozen: frozenStages(options, start),
      freezeBatchNorm: options.freezeBatchNorm,
    },
    hasTargets: isMultiLabel,
    trainFigures: ({ correct = 0 }, clips) => ({ accuracy: correct / clips }),
    validationSums: (batch, result) => {
      const places = placesOf(batch, result);
      const within = (most: number) => places.filter((place) => place < most).length;
      return { top1: within(1), top5: within(5) };
    },
    metadata: { task: isMultiLabel ? 'multilabel' : 'multiclass', labels: [...labels] },
    record: { loss },
  };
}

/**
 * The place of every clip's label among the classes, from 0. A clip of several classes has place 0 where each is above
 * one half and no other is, else none.
 */
export function placesOf(
  { batch, labels, targets }: Pick<NativeBatch, 'batch' | 'labels' | 'targets'>,
  { probabilities }: Pick<EvalResult, 'probabilities'>,
): number[] {
  const classes = probabilities.length / batch;
  return Array.from({ length: batch }, (_, clip) => {
    const scores = probabilities.subarray(clip * classes, (clip + 1) * classes);
    if (targets.length === 0) return placeOf(labels[clip] as number, scores);
    const isRight = scores.every((score, index) => score > 0.5 === (targets[clip * classes + index] as number) > 0.5);
    return isRight ? 0 : Number.POSITIVE_INFINITY;
  });
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

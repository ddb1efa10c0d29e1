import type { EvalResult, Metrics, NativeBatch, TrainerOptions } from '../../binding';
import type { ModelMetadata } from '../model/types';
import type { EpochMetrics, RunEvent, RunOutcome } from './types';

/** Sums or means over clips, by name. */
export type Figures = Record<string, number>;

/** Means over the validation clips, what all tasks have of them; what chooses the best epoch. */
export interface Validation {
  loss: number;
  clips: number;
  /** Of classification. */
  top1?: number;
}

/** The types of `types.ts`, of whatever task. */
export type TaskEpoch = EpochMetrics<object, Validation>;
export type TaskEvent = RunEvent<object, Validation>;
export type TaskResult = RunOutcome<Validation>;

/** Options of the native trainer that say what is learned. */
type Objective = Pick<
  TrainerOptions,
  | 'objective'
  | 'mask'
  | 'numClasses'
  | 'loss'
  | 'labelSmoothing'
  | 'classWeights'
  | 'bodyRate'
  | 'head'
  | 'frozen'
  | 'freezeBatchNorm'
>;

/** What a run learns: all that its steps, its epochs and its models owe to its task. */
export interface RunTask {
  readonly objective: Objective;
  /** Whether batches say of each class whether clips are of it, or name the one class of each. */
  readonly hasTargets: boolean;
  /** Means over so many clips, of the sums that the native trainer gave of its steps. */
  trainFigures(sums: Metrics, clips: number): Figures;
  /** Sums over a batch of validation clips, beside the loss. */
  validationSums(batch: NativeBatch, result: EvalResult): Figures;
  /** What `kinetorch.json` says of the task. */
  readonly metadata: Pick<ModelMetadata, 'task' | 'labels' | 'reconstruction'>;
  /** What its record of the training says of it. */
  readonly record: Record<string, unknown>;
}

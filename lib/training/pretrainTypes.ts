import type { EpochMetrics, RunEvent, RunOutcome } from './types';

/**
 * Errors of what was hidden, by what was predicted of it; the loss is their mean. 1 is what a network gets that has learned
 * nothing. None with the objective `plain`.
 */
export interface ReconstructionErrors {
  pixels?: number;
  difference?: number;
}

/** Loss and errors over the validation clips, one centre clip each, of which the same is hidden every time. */
export interface PretrainValidation extends ReconstructionErrors {
  loss: number;
  clips: number;
}

/** One line of `metrics.jsonl` of a run of `pretrain`. */
export interface PretrainEpoch extends EpochMetrics<ReconstructionErrors, PretrainValidation> {}

/** What happens in a run of `pretrain`. */
export type PretrainEvent = RunEvent<ReconstructionErrors, PretrainValidation>;

/** The model files can be gone on from with `train({ from })`; they have no head to classify with. */
export interface PretrainResult extends RunOutcome<PretrainValidation> {}

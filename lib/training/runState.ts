import { KinetorchError } from '../base/errors';
import type { SkippedSample } from '../dataset/types';
import type { PlateauState } from './plateau';
import type { Figures, Validation } from './runTask';

/** Sums over the steps of an epoch, in whichever processes they were taken. */
export interface EpochSums {
  loss: number;
  /** What the native trainer gave beside the loss, by name. */
  metrics: Figures;
  gradNorm: number;
  clips: number;
  steps: number;
  /** From step to step, loading and checkpoints included. */
  seconds: number;
  /** Of these, spent waiting for data. */
  dataWaitSeconds: number;
  /** Of the last step. */
  learningRate: number;
}

/** The best epoch so far. */
export interface Best {
  /** 1-based. */
  epoch: number;
  validation: Validation | null;
}

/** Where a run stands: with the checkpoint that carries it, everything the next step depends on. */
export interface RunState {
  formatVersion: 4;
  /** `hashOf` of the configuration, which tells the checkpoints of one run from those of another. */
  config: string;
  /** Epochs that are done, validation included. */
  epoch: number;
  /** Steps taken since the run began. */
  step: number;
  /** Of the epoch under way: samples of its order that are used up, and whether its training part is done. */
  consumed: number;
  trained: boolean;
  sums: EpochSums;
  plateau: PlateauState;
  best: Best | null;
  skipped: { train: SkippedSample[]; validation: SkippedSample[] };
}

const noSums = (): EpochSums => ({
  loss: 0,
  metrics: {},
  gradNorm: 0,
  clips: 0,
  steps: 0,
  seconds: 0,
  dataWaitSeconds: 0,
  learningRate: 0,
});

/** Before the first step. */
export function freshState(config: string): RunState {
  return {
    formatVersion: 4,
    config,
    epoch: 0,
    step: 0,
    consumed: 0,
    trained: false,
    sums: noSums(),
    plateau: { factor: 1, best: null, badEpochs: 0 },
    best: null,
    skipped: { train: [], validation: [] },
  };
}

/** Moves on to the next epoch. */
export function endEpoch(state: RunState): void {
  state.epoch++;
  state.consumed = 0;
  state.trained = false;
  state.sums = noSums();
}

/** Reads what {@link RunState} was written as. Throws `ERR_WEIGHTS` for a checkpoint of another version. */
export function parseState(text: string): RunState {
  const state = JSON.parse(text) as RunState;
  if (state.formatVersion === 4) return state;
  throw new KinetorchError(
    'ERR_WEIGHTS',
    `expected a checkpoint of format version 4 but received one of version ${String(state.formatVersion)}`,
  );
}

import { z } from 'zod';
import { type OptionsOf, oneOf, realNumber } from '../../base/schemas';
import { loadModelOptions } from '../options';

export const combineSchema = oneOf(['probability', 'logit', 'geometric']);

/** How models' scores become one. */
export type Combine = 'probability' | 'logit' | 'geometric';

export const combineOption = {
  /**
   * What is averaged. `probability`: the probabilities. `geometric`: their logarithms (product of experts). `logit`: the
   * logits; of classes that exclude each other that is the same as `geometric`. Default `probability`.
   */
  combine: combineSchema.default('probability').describe('probability, logit or geometric (default: {default})'),
};

export const weightsSchema = z
  .array(realNumber(0, Number.MAX_VALUE), { error: 'an array of numbers from 0 on, one for each model' })
  .readonly();

// A model in an ensemble is what its own file says, and there are several files.
const {
  labels: _labels,
  input: _input,
  task: _task,
  output: _output,
  perFrame: _perFrame,
  sha256: _sha256,
  ...loading
} = loadModelOptions;

export const ensembleOptions = {
  /** Of each model, 0 or more and not all 0; only their ratios count. Default: all the same. */
  weights: weightsSchema.optional(),
  ...combineOption,
  ...loading,
};

/** Options of `ensemble`: how scores are combined, and, of models given as files, how they are loaded. */
export interface EnsembleOptions extends OptionsOf<typeof ensembleOptions> {}

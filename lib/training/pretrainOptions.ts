import { z } from 'zod';
import { invalidArgument } from '../base/errors';
import {
  callback,
  callOptions,
  nonEmptyText,
  type OptionsOf,
  optionsSchema,
  realNumber,
  wholeNumber,
} from '../base/schemas';
import { parse, parseOptions } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { architectureSchema } from '../model/options';
import { maskTargetSchema, reconstructionObjectiveSchema } from '../model/schemas';
import { fillOptimisation, trainOptions } from './options';
import type { PretrainEvent } from './pretrainTypes';

/** Clips without labels, in memory, generated, or read from somewhere of your own; a labelled dataset is one too. */
export interface UnlabelledDataset extends Pick<ClipDataset, 'length' | 'nameOf' | 'warnings' | 'clip'> {}

/** Clips to pre-train on that are no files. */
export interface PretrainData {
  train: UnlabelledDataset;
  /** Without it, the last epoch counts as the best. */
  validation?: UnlabelledDataset;
}

const isDataset = (value: unknown): value is UnlabelledDataset => {
  const dataset = value as UnlabelledDataset | null;
  return typeof dataset?.clip === 'function' && Number.isInteger(dataset.length);
};

const datasetSchema = z.custom<UnlabelledDataset>(isDataset, { error: 'a dataset with length and clip()' });

const dataSchema: z.ZodType<string | PretrainData, string | PretrainData> = z.union(
  [
    nonEmptyText('the path of a folder or manifest'),
    z.strictObject({ train: datasetSchema, validation: datasetSchema.optional() }),
  ],
  { error: 'the path of a folder or manifest, or an object of datasets: train and, if you like, validation' },
);

/** {@link PretrainOptions.mask}. */
export const maskOptions = {
  /** Share of each clip's cells that are hidden, 0.01 to 0.99. Default 0.75. */
  ratio: realNumber(0.01, 0.99).default(0.75).describe('share of each clip that is hidden (default: {default})'),
  /**
   * Pixels of a cell's side. `auto`: what one value of the last stage sees, where a frame has 5 or more such cells a side,
   * else 8. Default `auto`.
   */
  cell: z
    .union([z.literal('auto'), wholeNumber(1, 1024)], { error: "'auto' or an integer between 1 and 1024" })
    .default('auto')
    .describe("pixels of a cell's side, or auto: by architecture and frame (default: {default})"),
};

/** What is hidden of clips: cells of a grid, drawn for each clip and the same in all its frames. */
export interface MaskOptions extends OptionsOf<typeof maskOptions> {}

/** Augmentation that goes by labels, or mixes them. */
const ofLabels = ['flipExcept', 'mixup', 'cutmix'] as const;

const maskSchema: z.ZodType<z.output<z.ZodObject<typeof maskOptions>>, MaskOptions> = optionsSchema(maskOptions);

// Those of `train` that are not about classes, or about weights to go on from.
const {
  architecture,
  from,
  trust,
  inflate,
  data,
  loss,
  labelSmoothing,
  classWeights,
  freezeStages,
  bodyRate,
  freezeBatchNorm,
  ...shared
} = trainOptions;

export const pretrainOptions = {
  ...shared,
  /** A name of `kinetorch create --list`; its weights are fresh. */
  architecture: architectureSchema.describe('names: kinetorch create --list'),
  /** A folder of videos at any depth, whatever `train` takes, or datasets. Labels are not looked at, test clips left out. */
  data: dataSchema,
  /** Passes over the training clips, 1 to 100,000. Default 100. */
  epochs: wholeNumber(1, 100_000).default(100).describe('passes over the training clips (default: {default})'),
  /**
   * `masked`: a part of each clip is hidden and predicted, for `train({ from })` to go on from. `plain`: all of a clip is
   * given back through its last stage alone, so that what the network has never seen comes back badly, for anomaly scores.
   * Default `masked`.
   */
  objective: reconstructionObjectiveSchema
    .default('masked')
    .describe(
      'masked: predict what is hidden, to train from; plain: give all back, for anomalies (default: {default})',
    ),
  /** What is hidden, with the objective `masked`. */
  mask: maskSchema.optional(),
  /**
   * What is predicted of it: `pixels`, the `difference` from each frame to the next, or `both`, each by its mean and
   * deviation in cells of two frames. Default `both`.
   */
  target: maskTargetSchema.optional().describe('what is predicted of it (default: both)'),
};

export interface PretrainOptions extends OptionsOf<typeof pretrainOptions> {}

/** {@link PretrainOptions} with every default in its place. */
export type FilledPretrainOptions = ReturnType<typeof fillPretrainOptions>;

const pretrainCallbacks = {
  /**
   * Called at once for every event. A promise it returns is not waited for, except before `pretrain` resolves; a throw
   * or a rejection ends the run with that error.
   */
  onProgress: callback<(event: PretrainEvent) => void | Promise<void>>().optional(),
  /** Finishes the step that runs, saves a checkpoint and rejects with `ERR_ABORTED`. */
  signal: callOptions.signal,
};

export interface PretrainCallbacks extends OptionsOf<typeof pretrainCallbacks> {}

/** Checks and fills the options of `pretrain`. Throws `ERR_INVALID_ARGUMENT`. */
export function fillPretrainOptions(options: PretrainOptions) {
  const parsed = parseOptions(pretrainOptions, options);
  const { objective, augment } = parsed;
  for (const name of ['mask', 'target'] as const) {
    if (objective === 'plain' && parsed[name] !== undefined) {
      throw invalidArgument(
        `options.${name}`,
        "left out with the objective 'plain', which hides nothing,",
        parsed[name],
      );
    }
  }
  for (const name of ofLabels) {
    if (augment[name] === undefined) continue;
    throw invalidArgument(`options.augment.${name}`, 'left out, as clips have no labels here,', augment[name]);
  }
  if (typeof parsed.data === 'object' && parsed.data.train.length < 1) {
    throw invalidArgument('options.data.train.length', 'at least 1', parsed.data.train.length);
  }
  const masked =
    objective === 'plain'
      ? {}
      : { mask: parse(maskSchema, parsed.mask ?? {}, 'options.mask'), target: parsed.target ?? ('both' as const) };
  return { ...parsed, ...fillOptimisation(parsed), ...masked };
}

/** Checks the second argument of `pretrain`. */
export function checkPretrainCallbacks(callbacks: PretrainCallbacks): PretrainCallbacks {
  return parse(optionsSchema(pretrainCallbacks), callbacks, 'callbacks');
}

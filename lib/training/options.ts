import { types } from 'node:util';
import { z } from 'zod';
import { invalidArgument } from '../base/errors';
import {
  callback,
  callOptions,
  nonEmptyText,
  type OptionsOf,
  oneOf,
  optionsSchema,
  realNumber,
  seedSchema,
  trueOrFalse,
  wholeNumber,
} from '../base/schemas';
import { parse, parseOptions } from '../base/validation';
import {
  clipCacheSchema,
  foldSchema,
  maxSkippedShareSchema,
  officialSplitSchema,
  strideSchema,
  validationShareSchema,
} from '../dataset/options';
import {
  architectureSchema,
  deviceSchema,
  inflateSchema,
  licenseSchema,
  networkOptions,
  trustSchema,
} from '../model/options';
import { type Augmentation, augmentationSchema } from './augmentation';
import { checkDatasets, dataSchema } from './trainData';
import type { TrainEvent } from './types';

const isSource = (value: unknown) => (typeof value === 'string' && value !== '') || types.isUint8Array(value);

/** What an optimiser takes where nothing else is said. */
const perOptimizer = {
  sgd: { learningRate: 0.02, weightDecay: 1e-4 },
  adamw: { learningRate: 1e-3, weightDecay: 0.05 },
};

const usual = (what: 'learningRate' | 'weightDecay') =>
  `${perOptimizer.adamw[what]} for adamw, ${perOptimizer.sgd[what]} for sgd`;

/** Of a run with the loss `crossentropy`. */
export const usualSmoothing = 0.1;

const count = wholeNumber(0, 100_000);

/** With its type's name, for documents. */
const namedAugmentation: z.ZodType<Augmentation, Augmentation> = augmentationSchema;

export const trainOptions = {
  /** A name of `kinetorch create --list`, for fresh weights. Either this or `from`, or both for a file of weights alone. */
  architecture: architectureSchema.optional().describe('fresh weights; names: kinetorch create --list'),
  /**
   * Path or bytes of a Kinetorch model to train on from: its weights, architecture and input. With other labels than
   * the data's it gets a new head. With `architecture`, a `.pth`, `.safetensors` or `.onnx` file of weights, which
   * always gets one.
   */
  from: z
    .custom<string | Uint8Array>(isSource, { error: 'the path of a Kinetorch model file or its bytes' })
    .optional()
    .describe(
      'go on from a model file, with a new head where the classes differ; with --architecture, from a file of weights',
    ),
  /** Of the model in `from`, as `loadModel` has it: its code runs too, or only its weights are read. Default `all`. */
  trust: trustSchema
    .optional()
    .describe('of the model of --from: all, its code too, or its weights alone (default: all)'),
  /**
   * Of weights for pictures: how their kernels become those of clips, as `createModel` has it. Needs `from` and
   * `architecture`. Default `average`.
   */
  inflate: inflateSchema,
  /** A folder per class, a CSV manifest, a UCF101 or HMDB51 folder (see `readCollection`), or datasets. */
  data: dataSchema,
  /** Share kept for validation where the data name no split, 0 to below 1. Default 0.2. */
  validationShare: validationShareSchema,
  /** Validate on this fold of a manifest's `fold` column and train on the others. */
  fold: foldSchema.describe("validate on this fold of a manifest's column, train on the others"),
  /** Official split of UCF101 or HMDB51, 1 to 3. Default 1. */
  officialSplit: officialSplitSchema.describe('of UCF101 or HMDB51 (default: {default})'),
  /** Where the run is written; made if missing. A folder that already holds a run is refused unless `resume` is set. */
  outDir: nonEmptyText('the path of a folder'),
  /** Go on with the run in `outDir` from its newest whole checkpoint; the other options must be those it began with. */
  resume: trueOrFalse.default(false),
  /** Passes over the training clips, 1 to 100,000. Default 30. */
  epochs: wholeNumber(1, 100_000).default(30).describe('passes over the training clips (default: {default})'),
  /**
   * Licence of the weights, kept in the models that the run writes: an SPDX expression, for example `CC-BY-4.0`. Default that
   * of the model in `from`.
   */
  license: licenseSchema,
  /** Clips a batch, 1 to 4096. Default 8. */
  batchSize: wholeNumber(1, 4096).default(8).describe('clips a batch (default: {default})'),
  /** Batches whose gradients are averaged into one step, 1 to 4096. Default 1. */
  accumulate: wholeNumber(1, 4096).default(1).describe('batches a step (default: {default})'),
  /** Default `adamw`. */
  optimizer: oneOf(['sgd', 'adamw']).default('adamw').describe('default: {default}'),
  /** Peak, per step. Default 0.001 for `adamw`, 0.02 for `sgd`. */
  learningRate: realNumber(0, Number.MAX_VALUE)
    .optional()
    .describe(`peak learning rate (default: ${usual('learningRate')})`),
  /** Course of the rate after the warm-up. Default `cosine`. All rise linearly to their beginning first. */
  schedule: oneOf(['constant', 'cosine', 'multistep', 'onecycle', 'plateau'])
    .default('cosine')
    .describe('course of the rate (default: {default})'),
  /** Of `multistep`: epochs after which the rate is multiplied by `gamma`. */
  milestones: z
    .array(wholeNumber(1, 100_000), { error: 'an array of epochs' })
    .readonly()
    .optional()
    .describe('of multistep: 20,30'),
  /** Of `multistep` and `plateau`, 0 to 1. Default 0.1. */
  gamma: realNumber(0, 1).default(0.1).describe('of multistep and plateau: factor on the rate (default: {default})'),
  /** Of `plateau`: epochs without a lower validation loss before the rate falls. Default 5. */
  patience: count.default(5).describe('of plateau: epochs without a lower loss (default: {default})'),
  /** Epochs of linear rise; may be a fraction. Default a tenth of `epochs`, 0 with `onecycle`, whose rise is its own. */
  warmupEpochs: realNumber(0, 100_000).optional().describe('epochs of linear rise (default: a tenth of all)'),
  /** Of `sgd`, 0 to below 1. Default 0.9. */
  momentum: realNumber(0, 0.9999).default(0.9).describe('of sgd (default: {default})'),
  /** Of `sgd`; needs momentum. Default true where there is momentum. */
  nesterov: trueOrFalse.optional().describe('plain momentum'),
  /** On weights of convolutions and linear layers only, 0 to 10. Default 0.05 for `adamw`, 0.0001 for `sgd`. */
  weightDecay: realNumber(0, 10)
    .optional()
    .describe(`default: ${usual('weightDecay')}`),
  /** Global norm above which gradients are scaled down. Default 0: they aren't. */
  clipGradNorm: realNumber(0, Number.MAX_VALUE).default(0).describe('scale larger gradients down to this norm'),
  /** Decay of the running average of weights that is validated and saved, for example 0.999. Default 0: none. */
  ema: realNumber(0, 0.999999).default(0).describe('validate and save a running average of the weights, such as 0.999'),
  /** `bce` is for clips of several classes at once. Default `crossentropy`, or `bce` where the data have such clips. */
  loss: oneOf(['crossentropy', 'bce'])
    .optional()
    .describe('default: crossentropy, bce where clips have several classes'),
  /** 0 to below 1. Default 0.1; 0 with `bce`. */
  labelSmoothing: realNumber(0, 0.99).optional().describe(`default: ${usualSmoothing}, 0 with bce`),
  /** Factor on the loss of each class, in the order of the labels; `balanced` takes the inverse of their frequency. */
  classWeights: z
    .union([z.literal('balanced'), z.array(realNumber(1e-6, 1e6)).readonly()], {
      error: "'balanced' or an array of numbers between 0.000001 and 1000000",
    })
    .optional()
    .describe('balanced, or a factor on the loss of each class: 1,2.5'),
  /** Default `auto`: `float32` on a CPU, `bfloat16` on CUDA. */
  precision: oneOf(['auto', 'float32', 'float16', 'bfloat16'], "'auto', 'float32', 'float16' or 'bfloat16'")
    .default('auto')
    .describe('auto is float32 on a CPU, bfloat16 on CUDA'),
  /**
   * Stages below the head that are not trained, counted from the input, or `all` of them; the model's metadata names them.
   * Default 0. Where only the head is trained and nothing varies the clips, {@link fitHead} does it in seconds.
   */
  freezeStages: z
    .union([wholeNumber(0, 1000), z.literal('all')], { error: "an integer between 0 and 1000, or 'all'" })
    .default(0)
    .describe('do not train the first n stages, as `kinetorch inspect` lists them, or all'),
  /** Factor on the rate of everything below the head, 0 to 100. Default 1. */
  bodyRate: realNumber(0, 100).default(1).describe('factor on the learning rate below the head (default: {default})'),
  /** Leave batch norm as it is. Default false. */
  freezeBatchNorm: trueOrFalse.default(false).describe('leave batch norm as it is'),
  /** Stop after this many epochs without a better validation. Default 0: never. */
  earlyStopping: count.default(0).describe('stop after n epochs without a better validation'),
  /** Random changes of the training clips. */
  augment: namedAugmentation.default({}),
  /** What differs from the architecture's (or the file's) own input. */
  input: networkOptions.input,
  /** Of videos, take every `stride`-th frame at the input's frame rate; dense sampling only. Default 1. */
  stride: strideSchema,
  /** Decoded frames that are kept for later epochs. */
  cache: clipCacheSchema.prefault({}),
  /**
   * Clips decoded at once, 1 to 256, in as many decoder processes as {@link openVideo} allows. Default 2 less than twice
   * the cores, 2 to 8.
   */
  decoders: wholeNumber(1, 256)
    .optional()
    .describe('decoder processes at work at once, within the limit of the machine'),
  /** Share of samples that may fail to load before the run stops, 0…1. Default 0.05. */
  maxSkippedShare: maxSkippedShareSchema.describe('stop where more of the clips cannot be loaded (default: {default})'),
  /** Minutes between checkpoints within an epoch; there is one after each in any case. Default 5. */
  checkpointMinutes: realNumber(0, 1_000_000)
    .default(5)
    .describe('between checkpoints within an epoch (default: {default})'),
  /** Decides weights, split, order and augmentation. Default 0. */
  seed: seedSchema.default(0).describe('of weights, split, order and augmentation (default: {default})'),
  /** Default `auto`. */
  device: deviceSchema,
  /** Threads of the network on a CPU. Default 0: all cores that this process may use. */
  threads: wholeNumber(0, 1024).default(0).describe('CPU threads of the network (default: all cores of this process)'),
};

export interface TrainOptions extends OptionsOf<typeof trainOptions> {}

/** {@link TrainOptions} with every default in its place. */
export type FilledTrainOptions = ReturnType<typeof fillOptions>;

/** What classification alone has of them. */
type OfClasses = 'loss' | 'labelSmoothing' | 'classWeights' | 'freezeStages' | 'bodyRate' | 'freezeBatchNorm';

/** What every run has of them, whatever its task. */
export type FilledRunOptions = Omit<
  FilledTrainOptions,
  OfClasses | 'architecture' | 'from' | 'trust' | 'inflate' | 'data'
> & {
  data: string | object;
  from?: string | Uint8Array;
};

const trainCallbacks = {
  /**
   * Called at once for every event. A promise it returns is not waited for, except before `train` resolves; a throw
   * or a rejection ends the run with that error.
   */
  onProgress: callback<(event: TrainEvent) => void | Promise<void>>().optional(),
  /** Finishes the step that runs, saves a checkpoint and rejects with `ERR_ABORTED`. */
  signal: callOptions.signal,
};

export interface TrainCallbacks extends OptionsOf<typeof trainCallbacks> {}

/** Checks and fills the options of `train`. Throws `ERR_INVALID_ARGUMENT`. */
export function fillOptions(options: TrainOptions) {
  const parsed = parseOptions(trainOptions, options);
  if (parsed.architecture === undefined && parsed.from === undefined) {
    throw invalidArgument('options', 'an object with `architecture`, `from` or both', options);
  }
  // A model of Kinetorch's, which `from` alone is, has kernels for clips.
  if (parsed.inflate !== undefined && (parsed.architecture === undefined || parsed.from === undefined)) {
    const expected = 'left out without weights to inflate, whose `architecture` is given beside `from`,';
    throw invalidArgument('options.inflate', expected, parsed.inflate);
  }
  if (typeof parsed.data === 'object') checkDatasets(parsed.data);
  return { ...parsed, ...fillOptimisation(parsed) };
}

type Optimisation = Pick<
  z.output<z.ZodObject<typeof trainOptions>>,
  | 'optimizer'
  | 'learningRate'
  | 'weightDecay'
  | 'schedule'
  | 'milestones'
  | 'epochs'
  | 'warmupEpochs'
  | 'momentum'
  | 'nesterov'
>;

/** Options whose defaults hang on others. Throws `ERR_INVALID_ARGUMENT` for those that contradict each other. */
export function fillOptimisation(parsed: Optimisation) {
  if (parsed.nesterov && parsed.momentum === 0) {
    throw invalidArgument('options.momentum', 'above 0 for `nesterov`', parsed.momentum);
  }
  if ((parsed.schedule === 'multistep') !== (parsed.milestones !== undefined)) {
    throw invalidArgument('options.milestones', "given with the schedule 'multistep' and no other", parsed.milestones);
  }
  return {
    learningRate: parsed.learningRate ?? perOptimizer[parsed.optimizer].learningRate,
    weightDecay: parsed.weightDecay ?? perOptimizer[parsed.optimizer].weightDecay,
    warmupEpochs: parsed.warmupEpochs ?? (parsed.schedule === 'onecycle' ? 0 : parsed.epochs / 10),
    milestones: parsed.milestones ?? [],
    nesterov: parsed.nesterov ?? parsed.momentum > 0,
  };
}

/** Checks the second argument of `train`. */
export function checkCallbacks(callbacks: TrainCallbacks): TrainCallbacks {
  return parse(optionsSchema(trainCallbacks), callbacks, 'callbacks');
}

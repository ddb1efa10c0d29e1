import { types } from 'node:util';
import { z } from 'zod';
import { invalidArgument } from '../base/errors';
import { callOptions, realNumber, wholeNumber } from '../base/schemas';
import { parse } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { deviceSchema, labelsSchema, partialInputSchema } from '../model/schemas';
import { augmentationSchema } from './augmentation';
import type { TrainCallbacks, TrainData, TrainOptions } from './types';

/** Options that have no default, or one that only data or device decide. */
type Open = 'architecture' | 'from' | 'input' | 'fold' | 'loss' | 'labelSmoothing' | 'classWeights' | 'decoders';

/** {@link TrainOptions} with every default in its place. */
export type FilledTrainOptions = Omit<Required<TrainOptions>, Open> & Pick<TrainOptions, Open>;

const isDataset = (value: unknown): value is ClipDataset => {
  const dataset = value as ClipDataset | null;
  return (
    typeof dataset?.clip === 'function' &&
    typeof dataset.labelOf === 'function' &&
    Number.isInteger(dataset.length) &&
    labelsSchema.safeParse(dataset.labels).success
  );
};

const datasetSchema = z.custom<ClipDataset>(isDataset, {
  error: 'a dataset with labels, length, labelOf() and clip()',
});

const filePath = (error: string) => z.string({ error }).min(1, { error });
const flag = z.boolean({ error: 'true or false' });
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: names.map((name) => `'${name}'`).join(' or ') });

const optionsSchema = z.strictObject(
  {
    architecture: z.string({ error: 'the name of an architecture' }).optional(),
    from: z
      .custom<string | Uint8Array>(
        (value) => (typeof value === 'string' && value !== '') || types.isUint8Array(value),
        { error: 'the path of a Kinetorch model file or its bytes' },
      )
      .optional(),
    data: z.union(
      [
        filePath('the path of a folder or manifest'),
        z.strictObject({ train: datasetSchema, validation: datasetSchema.optional() }),
      ],
      { error: 'the path of a folder or manifest, or an object of datasets: train and, if you like, validation' },
    ),
    validationShare: realNumber(0, 0.9).default(0.2),
    fold: wholeNumber(0, 1_000_000).optional(),
    officialSplit: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: '1, 2 or 3' }).default(1),
    outDir: filePath('the path of a folder'),
    resume: flag.default(false),
    epochs: wholeNumber(1, 100_000).default(30),
    batchSize: wholeNumber(1, 4096).default(8),
    accumulate: wholeNumber(1, 4096).default(1),
    optimizer: oneOf(['sgd', 'adamw']).default('adamw'),
    learningRate: realNumber(0, Number.MAX_VALUE).optional(),
    schedule: oneOf(['constant', 'cosine', 'multistep', 'onecycle', 'plateau']).default('cosine'),
    milestones: z.array(wholeNumber(1, 100_000), { error: 'an array of epochs' }).optional(),
    gamma: realNumber(0, 1).default(0.1),
    patience: wholeNumber(0, 100_000).default(5),
    warmupEpochs: realNumber(0, 100_000).optional(),
    momentum: realNumber(0, 0.9999).default(0.9),
    nesterov: flag.optional(),
    weightDecay: realNumber(0, 10).optional(),
    clipGradNorm: realNumber(0, Number.MAX_VALUE).default(0),
    ema: realNumber(0, 0.999999).default(0),
    loss: oneOf(['crossentropy', 'bce']).optional(),
    labelSmoothing: realNumber(0, 0.99).optional(),
    classWeights: z
      .union([z.literal('balanced'), z.array(realNumber(1e-6, 1e6))], {
        error: "'balanced' or an array of numbers between 0.000001 and 1000000",
      })
      .optional(),
    precision: oneOf(['auto', 'float32', 'bfloat16', 'float16']).default('auto'),
    freezeStages: wholeNumber(0, 1000).default(0),
    bodyRate: realNumber(0, 100).default(1),
    freezeBatchNorm: flag.default(false),
    earlyStopping: wholeNumber(0, 100_000).default(0),
    augment: augmentationSchema.default({}),
    input: partialInputSchema.optional(),
    stride: wholeNumber(1, 1024).default(1),
    cache: z
      .strictObject(
        {
          where: oneOf(['memory', 'disk', 'off']).optional(),
          maxBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
          folder: filePath('the path of a folder').optional(),
        },
        { error: 'an object' },
      )
      .default({}),
    decoders: wholeNumber(1, 256).optional(),
    maxSkippedShare: realNumber(0, 1).default(0.05),
    checkpointMinutes: realNumber(0, 1_000_000).default(5),
    seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
    device: deviceSchema.default('auto'),
    threads: wholeNumber(0, 1024).default(0),
  },
  { error: 'an object' },
);

const callbacksSchema = z.strictObject(
  {
    onProgress: z
      .custom<NonNullable<TrainCallbacks['onProgress']>>((value) => typeof value === 'function', {
        error: 'a function',
      })
      .optional(),
    signal: callOptions.signal,
  },
  { error: 'an object' },
);

const perOptimizer = {
  sgd: { learningRate: 0.02, weightDecay: 1e-4 },
  adamw: { learningRate: 1e-3, weightDecay: 0.05 },
};

/** Checks and fills the options of `train`. Throws `ERR_INVALID_ARGUMENT`. */
export function fillOptions(options: TrainOptions): FilledTrainOptions {
  const parsed = parse(optionsSchema, options, 'options');
  if (parsed.architecture === undefined && parsed.from === undefined) {
    throw invalidArgument('options', 'an object with `architecture`, `from` or both', options);
  }
  if (parsed.nesterov && parsed.momentum === 0) {
    throw invalidArgument('options.momentum', 'above 0 for `nesterov`', parsed.momentum);
  }
  if ((parsed.schedule === 'multistep') !== (parsed.milestones !== undefined)) {
    throw invalidArgument('options.milestones', "given with the schedule 'multistep' and no other", parsed.milestones);
  }
  if (typeof parsed.data === 'object') checkDatasets(parsed.data);
  return {
    ...parsed,
    learningRate: parsed.learningRate ?? perOptimizer[parsed.optimizer].learningRate,
    weightDecay: parsed.weightDecay ?? perOptimizer[parsed.optimizer].weightDecay,
    warmupEpochs: parsed.warmupEpochs ?? (parsed.schedule === 'onecycle' ? 0 : parsed.epochs / 10),
    milestones: parsed.milestones ?? [],
    nesterov: parsed.nesterov ?? parsed.momentum > 0,
    device: parsed.device as FilledTrainOptions['device'],
  };
}

/** Checks the second argument of `train`. */
export function checkCallbacks(callbacks: TrainCallbacks): TrainCallbacks {
  return parse(callbacksSchema, callbacks, 'callbacks');
}

function checkDatasets({ train, validation }: TrainData): void {
  if (train.length < 1) throw invalidArgument('options.data.train.length', 'at least 1', train.length);
  if (validation && validation.labels.join('\n') !== train.labels.join('\n')) {
    throw invalidArgument('options.data.validation.labels', "the same as train's", validation.labels);
  }
}

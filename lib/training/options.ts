import { types } from 'node:util';
import { z } from 'zod';
import type { ClipDataset } from '../dataset/types';
import { invalidArgument } from '../errors';
import { deviceSchema, labelsSchema, partialInputSchema, realNumber, wholeNumber } from '../model/schemas';
import { parse } from '../validation';
import type { TrainCallbacks, TrainData, TrainOptions } from './types';

/** {@link TrainOptions} with every default in its place. */
export type FilledTrainOptions = Omit<Required<TrainOptions>, 'architecture' | 'from' | 'input'> &
  Pick<TrainOptions, 'architecture' | 'from' | 'input'>;

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

const optionsSchema = z.strictObject(
  {
    architecture: z.string({ error: 'the name of an architecture' }).optional(),
    from: z
      .custom<string | Uint8Array>(
        (value) => (typeof value === 'string' && value !== '') || types.isUint8Array(value),
        {
          error: 'the path of a Kinetorch model file or its bytes',
        },
      )
      .optional(),
    data: z.union(
      [
        filePath('the path of a folder'),
        z.strictObject({ train: datasetSchema, validation: datasetSchema.optional() }),
      ],
      { error: 'the path of a folder, or an object of datasets: train and, if you like, validation' },
    ),
    validationShare: realNumber(0, 0.9).default(0.2),
    outDir: filePath('the path of a folder'),
    epochs: wholeNumber(1, 100_000).default(30),
    batchSize: wholeNumber(1, 4096).default(8),
    optimizer: z.enum(['sgd', 'adamw'], { error: "'sgd' or 'adamw'" }).default('adamw'),
    learningRate: realNumber(0, Number.MAX_VALUE).optional(),
    warmupEpochs: realNumber(0, 100_000).optional(),
    momentum: realNumber(0, 0.9999).default(0.9),
    nesterov: z.boolean({ error: 'true or false' }).optional(),
    weightDecay: realNumber(0, 10).optional(),
    labelSmoothing: realNumber(0, 0.99).default(0.1),
    horizontalFlip: realNumber(0, 1).default(0.5),
    clipGradNorm: realNumber(0, Number.MAX_VALUE).default(0),
    input: partialInputSchema.optional(),
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
    signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
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
  if ((parsed.architecture === undefined) === (parsed.from === undefined)) {
    throw invalidArgument('options', 'an object with either `architecture` or `from`', options);
  }
  if (parsed.nesterov && parsed.momentum === 0) {
    throw invalidArgument('options.momentum', 'above 0 for `nesterov`', parsed.momentum);
  }
  if (typeof parsed.data === 'object') checkDatasets(parsed.data);
  return {
    ...parsed,
    learningRate: parsed.learningRate ?? perOptimizer[parsed.optimizer].learningRate,
    weightDecay: parsed.weightDecay ?? perOptimizer[parsed.optimizer].weightDecay,
    warmupEpochs: parsed.warmupEpochs ?? parsed.epochs / 10,
    nesterov: parsed.nesterov ?? parsed.momentum > 0,
    // As the caller gave it: the schema fills in a default for antialias, which would hide the model's own.
    input: options.input,
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

import { z } from 'zod';
import { invalidArgument } from '../base/errors';
import { nonEmptyText } from '../base/schemas';
import { parse } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { labelsSchema } from '../model/schemas';

/** Clips to train on, in memory, generated, or read from somewhere of your own. */
export interface TrainData {
  train: ClipDataset;
  /** Without it, the last epoch counts as the best. */
  validation?: ClipDataset;
}

const isDataset = (value: unknown): value is ClipDataset => {
  const dataset = value as ClipDataset | null;
  return (
    typeof dataset?.clip === 'function' &&
    typeof dataset.labelOf === 'function' &&
    Number.isInteger(dataset.length) &&
    Array.isArray(dataset.labels)
  );
};

const datasetSchema = z.custom<ClipDataset>(isDataset, {
  error: 'a dataset with labels, length, labelOf() and clip()',
});

export const dataSchema: z.ZodType<string | TrainData, string | TrainData> = z.union(
  [
    nonEmptyText('the path of a folder or manifest'),
    z.strictObject({ train: datasetSchema, validation: datasetSchema.optional() }),
  ],
  { error: 'the path of a folder or manifest, or an object of datasets: train and, if you like, validation' },
);

/** Throws `ERR_INVALID_ARGUMENT` for datasets that cannot be trained on together. */
export function checkDatasets({ train, validation }: TrainData): void {
  parse(labelsSchema, train.labels, 'options.data.train.labels');
  if (train.length < 1) throw invalidArgument('options.data.train.length', 'at least 1', train.length);
  if (validation && validation.labels.join('\n') !== train.labels.join('\n')) {
    throw invalidArgument('options.data.validation.labels', "the same as train's", validation.labels);
  }
}

import { describe, KinetorchError } from '../../base/errors';
import type { ClipDataset } from '../types';
import { sampleName } from './sampleName';

/**
 * The labels of a sample: one, unless the dataset has `labelsOf`. `ERR_DATASET` for what is no index into its classes,
 * since datasets may be a caller's own.
 */
export function labelsAt(dataset: ClipDataset, index: number): readonly number[] {
  const labels = dataset.labelsOf?.(index) ?? [dataset.labelOf(index)];
  const classes = dataset.labels.length;
  const wrong = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (wrong < 0) return labels;
  throw new KinetorchError(
    'ERR_DATASET',
    `expected the label of ${sampleName(dataset, index)} to be an integer from 0 to ${classes - 1}, one of the dataset's \`labels\`, ` +
      `but received ${describe(labels[wrong])}`,
  );
}

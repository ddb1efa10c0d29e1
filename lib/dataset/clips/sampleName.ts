import type { ClipDataset } from '../types';

/** What errors, lists and pictures call a sample. */
export function sampleName(dataset: Pick<ClipDataset, 'nameOf'>, index: number): string {
  return dataset.nameOf?.(index) ?? `sample ${index}`;
}

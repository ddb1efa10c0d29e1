import type { ClipDataset } from '../types';

/** What errors, lists and pictures call a sample. */
export function sampleName(dataset: ClipDataset, index: number): string {
  return dataset.nameOf?.(index) ?? `sample ${index}`;
}

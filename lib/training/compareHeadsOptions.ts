import { nonEmptyText, type OptionsOf } from '../base/schemas';
import { fitHeadOptions } from './fitHeadOptions';

const { clips, seed, cache, batchSize, device, precision, threads, maxSkippedShare, signal, onProgress } =
  fitHeadOptions;

export const compareHeadsOptions = {
  /** A CSV manifest with a `fold` column, or a folder that holds one. */
  data: nonEmptyText('the path of a manifest with a fold column, or of a folder that holds one'),
  clips,
  /** Decides which clips each part of the inner cross-validations has. Default 0. */
  seed: seed.describe('of the parts of the inner cross-validations (default: {default})'),
  cache,
  batchSize,
  device,
  precision,
  threads,
  maxSkippedShare,
  signal,
  onProgress,
};

/** What heads are compared on and how. */
export interface CompareHeadsOptions extends OptionsOf<typeof compareHeadsOptions> {}

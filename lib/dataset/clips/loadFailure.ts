import { KinetorchError } from '../../base/errors';
import { saysNothingOfVideo } from '../../video/decoderDeath';
import type { ClipDataset, SkippedSample } from '../types';
import { sampleName } from './sampleName';

const named = 5;

/** What is kept of a sample that failed to load; throws an error that is no fault of the sample, `ERR_VIDEO_DECODER`. */
export function skippedSample(dataset: Pick<ClipDataset, 'nameOf'>, index: number, error: unknown): SkippedSample {
  if (saysNothingOfVideo(error)) throw error;
  return { index, name: sampleName(dataset, index), reason: error instanceof Error ? error.message : String(error) };
}

/** Throws `ERR_DATASET` where more than `share` have failed. One may in any dataset, however small, unless it is 0. */
export function refuseTooMany(skipped: readonly SkippedSample[], length: number, share: number): void {
  const allowed = share === 0 ? 0 : Math.max(1, Math.floor(share * length));
  if (skipped.length <= allowed) return;
  const percent = Number((share * 100).toPrecision(6));
  throw loadFailure(`at most ${percent}% of ${length} samples to fail to load`, skipped, length);
}

/** An error that names the first samples that could not be loaded, and why. */
export function loadFailure(expected: string, skipped: readonly SkippedSample[], length: number): KinetorchError {
  const first = skipped.slice(0, named).map(({ name, reason }) => `\n  ${name}: ${reason}`);
  const more = skipped.length > named ? `\n  and ${skipped.length - named} more` : '';
  const message = `expected ${expected} but ${skipped.length} of ${length} failed${first.join('')}${more}`;
  return new KinetorchError('ERR_DATASET', message);
}

import { KinetorchError } from '../../base/errors';
import { parseOptions } from '../../base/validation';
import { type SplitCollectionOptions, splitCollectionOptions } from '../options';
import type { SplitName, VideoCollection, VideoSample } from '../types';
import { crossingGroups } from './crossingGroups';
import { drawValidation } from './drawValidation';

export interface CollectionSplit extends Record<SplitName, VideoSample[]> {
  /** What a person should know before trusting the figures, for example groups on both sides. */
  warnings: string[];
}

/**
 * Splits a collection. Samples marked `test` are test samples in any case. With `fold`, that fold is for validation;
 * else what is marked so; else a share of the training samples is drawn: whole groups where groups are known, so that
 * no group is on both sides, else a share of every class.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`; `ERR_DATASET` for a fold that no sample has
 */
export function splitCollection(collection: VideoCollection, options: SplitCollectionOptions = {}): CollectionSplit {
  const { validationShare, fold, seed } = parseOptions(splitCollectionOptions, options);
  const test = collection.samples.filter((sample) => sample.split === 'test');
  const others = collection.samples.filter((sample) => sample.split !== 'test');
  const validation = validationOf(others, collection, validationShare, fold, seed);
  const train = others.filter((sample) => !validation.has(sample));
  const parts = { train, validation: others.filter((sample) => validation.has(sample)), test };
  return { ...parts, warnings: [...collection.warnings, ...groupWarnings(parts), ...classWarnings(collection, train)] };
}

function validationOf(
  samples: readonly VideoSample[],
  collection: VideoCollection,
  share: number,
  fold: number | undefined,
  seed: number,
): Set<VideoSample> {
  if (fold !== undefined) {
    const held = samples.filter((sample) => sample.fold === fold);
    if (held.length > 0) return new Set(held);
    const known = [...new Set(samples.flatMap((sample) => sample.fold ?? []))].sort((a, b) => a - b);
    throw new KinetorchError(
      'ERR_DATASET',
      `expected \`fold\` to be a fold of the data, ${known.length > 0 ? known.join(', ') : 'which have none'}, ` +
        `but received ${fold}`,
    );
  }
  const marked = samples.filter((sample) => sample.split === 'validation');
  return new Set(marked.length > 0 ? marked : drawValidation(samples, collection.labels.length, share, seed));
}

const shownGroups = 5;

function groupWarnings(parts: Record<SplitName, readonly VideoSample[]>): string[] {
  const placed = Object.entries(parts).flatMap(([side, samples]) => samples.map((sample) => ({ sample, side })));
  const crossing = crossingGroups(placed);
  if (crossing.length === 0) return [];
  const listed = crossing.slice(0, shownGroups).map(({ group, sides }) => `${group} (${sides.join(' and ')})`);
  const more = crossing.length > shownGroups ? ', …' : '';
  return [
    `${crossing.length} group${crossing.length === 1 ? ' is' : 's are'} on more than one side of the split: ` +
      `${listed.join(', ')}${more}. Figures on validation and test will be better than on videos never seen.`,
  ];
}

function classWarnings({ labels }: VideoCollection, train: readonly VideoSample[]): string[] {
  const present = new Set(train.flatMap((sample) => sample.labels));
  const missing = labels.filter((_, label) => !present.has(label));
  if (missing.length === 0) return [];
  const listed = missing.slice(0, shownGroups).join(', ') + (missing.length > shownGroups ? ', …' : '');
  return [`no clip to train on for ${missing.length} of ${labels.length} classes: ${listed}`];
}

import { seededRandom } from '../base/seededRandom';
import { contactSheet, framesOf, type SheetRow } from '../clip/contactSheet';
import { type LabelledClip, stackClips } from '../clip/stackClips';
import { labelsAt } from '../dataset/clips/labelsAt';
import { sampleName } from '../dataset/clips/sampleName';
import type { ClipDataset, ClipRequest } from '../dataset/types';
import type { ModelInput } from '../model/types';
import { callNative, native } from '../native';
import type { Augmentation } from './augmentation';
import { nativeAugmentation } from './augmentation';

const framesShown = 8;

export interface AugmentationSheetOptions {
  input: ModelInput;
  augment: Augmentation;
  /** How often each clip is augmented. */
  versions: number;
  seed: number;
  /** What the picture calls a sample. Default: what the dataset does. */
  nameOf?: (index: number) => string;
}

/**
 * An SVG of some clips of a dataset: as they are, and as training would show them to the network, `versions` times each.
 * Mixup and cutmix mix a clip with the one before it in the picture. Of a clip that cannot be loaded, the reason is
 * shown; rejects where none can.
 */
export async function augmentationSheet(
  dataset: ClipDataset,
  indices: readonly number[],
  { input, augment, versions, seed, nameOf = (index) => sampleName(dataset, index) }: AugmentationSheetOptions,
): Promise<string> {
  const load = (index: number, mode: ClipRequest['mode'], epoch: number) =>
    labelledClip(dataset, index, nameOf(index), { mode, epoch, random: seededRandom(seed, epoch, index) });
  const settled = await Promise.allSettled(indices.map((index) => load(index, 'evaluate', 0)));
  const good = indices.filter((_, place) => settled[place]?.status === 'fulfilled');
  const rows = settled.map((result, place) => [
    originalRow(dataset, indices[place] as number, nameOf(indices[place] as number), result),
  ]);
  const rowsOfGood = rows.filter((_, place) => settled[place]?.status === 'fulfilled');
  const failed = settled.find((result) => result.status === 'rejected');
  if (good.length === 0 && failed) throw failed.reason;
  const options = { augment: nativeAugmentation(augment, dataset.labels), input, numClasses: dataset.labels.length };
  for (let version = 0; version < versions; version++) {
    const clips = await Promise.all(good.map((index) => load(index, 'train', version)));
    const batch = stackClips(clips, dataset.labelsOf ? dataset.labels.length : 0);
    const augmented = await callNative(() => native().augmentClips(batch, { ...options, seed: seed + version }));
    rowsOfGood.forEach((ofClip, place) => {
      const data = part(augmented.data, place, batch.batch);
      const before = nameOf(good[(place + good.length - 1) % good.length] as number);
      const detail = mixture(part(augmented.targets, place, batch.batch), dataset.labels, before);
      const { frames, height, width } = input;
      ofClip.push({
        title: `augmented ${version + 1}`,
        detail,
        frames: framesOf({ data, frames, height, width }, framesShown),
      });
    });
  }
  return contactSheet(`What the network sees: ${input.frames} frames of ${input.width}×${input.height}`, rows.flat());
}

function originalRow(
  dataset: ClipDataset,
  index: number,
  name: string,
  result: PromiseSettledResult<LabelledClip>,
): SheetRow {
  const title = labelsAt(dataset, index)
    .map((label) => dataset.labels[label])
    .join(', ');
  if (result.status === 'fulfilled') return { title, detail: name, frames: framesOf(result.value.clip, framesShown) };
  return { title, detail: `${name}: ${(result.reason as Error).message}`, frames: [] };
}

async function labelledClip(
  dataset: ClipDataset,
  index: number,
  name: string,
  request: ClipRequest,
): Promise<LabelledClip> {
  return { name, labels: labelsAt(dataset, index), clip: await dataset.clip(index, request) };
}

/** The `place`-th of `count` equal parts. */
function part<T extends Uint8Array | Float32Array>(values: T, place: number, count: number): T {
  const size = values.length / count;
  return values.subarray(place * size, (place + 1) * size) as T;
}

/** `70% wave, 30% clap: mixed with clap/2.mp4` where labels were mixed, else nothing. */
function mixture(shares: Float32Array, labels: readonly string[], partner: string): string | undefined {
  const present = [...shares].map((share, label) => ({ share, label })).filter(({ share }) => share > 0);
  if (present.every(({ share }) => share > 0.995)) return undefined;
  present.sort((a, b) => b.share - a.share);
  const parts = present.map(({ share, label }) => `${Math.round(share * 100)}% ${labels[label]}`);
  return `${parts.join(', ')}: mixed with ${partner}`;
}

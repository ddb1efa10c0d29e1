import type { NativeClip } from '../../binding';
import { availableCores } from '../base/availableCores';
import { loadAhead } from '../base/loadAhead';
import { seededRandom, shuffled } from '../base/seededRandom';
import { labelsAt } from '../dataset/clips/labelsAt';
import { loadFailure, refuseTooMany, skippedSample } from '../dataset/clips/loadFailure';
import type { SkippedSample } from '../dataset/types';
import { loadViews } from '../evaluation/viewedSamples';
import type { CalibrationData } from './calibrationData';

/** A clip, and the classes that it shows, indices of the model's in ascending order. */
export interface LabelledClip {
  clip: NativeClip;
  /** Null where that is not known. */
  labels: readonly number[] | null;
  /** Index of the sample that it is of. */
  sample: number;
}

/** Of how many samples `clips` clips are taken, where each has as many as are asked of it, and how many of each that is. */
export function spreadOver(
  { samples: { dataset } }: CalibrationData,
  clips: number,
): { samples: number; each: number } {
  const each = Math.ceil(clips / Math.min(dataset.length, clips));
  return { samples: Math.min(dataset.length, Math.ceil(clips / each)), each };
}

interface Reading {
  clips: number;
  maxSkippedShare: number;
  signal: AbortSignal;
  /** Hears what became of samples that could not be loaded. */
  skipped: SkippedSample[];
  /** Hears how many samples are done. */
  onSample: (done: number, total: number) => void;
}

/**
 * Up to `clips` clips of the data in an order that is always the same and has nothing to do with theirs, of few samples
 * several each. Throws `ERR_DATASET` where too many samples fail to load, or all.
 */
export async function* calibrationClips(
  data: CalibrationData,
  { clips, maxSkippedShare, signal, skipped, onSample }: Reading,
): AsyncGenerator<LabelledClip, void> {
  const { samples, places } = data;
  const { dataset } = samples;
  const order = shuffled([...Array(dataset.length).keys()], seededRandom(0)).slice(0, clips);
  const views = { clips: spreadOver(data, clips).each, averageFrames: false };
  const concurrency = Math.max(2, availableCores());
  const loading = loadAhead(order, (index) => loadViews(samples, index, views), {
    ahead: concurrency,
    concurrency,
    signal,
  });
  let [given, done] = [0, 0];
  for await (const { item: index, value, error } of loading) {
    onSample(++done, order.length);
    if (!value) {
      skipped.push(skippedSample(dataset, index, error));
      refuseTooMany(skipped, order.length, maxSkippedShare);
      continue;
    }
    const own = labelsAt(dataset, index);
    const labels = places && own.map((label) => places[label] as number).sort((a, b) => a - b);
    for (const clip of (value[0] ?? []).slice(0, clips - given)) {
      given++;
      yield { clip: { ...clip, cropX: 0.5, cropY: 0.5 }, labels, sample: index };
    }
    if (given === clips) return;
  }
  if (given === 0) throw loadFailure('at least one clip that can be loaded', skipped, order.length);
}

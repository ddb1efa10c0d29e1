import type { NativeClip } from '../../binding';
import type { LabelledClip } from './calibrationClips';

/** Of the samples every so many-th is held back, or of the clips where samples are few. */
const heldBack = 3;
/** Fewer clips say nothing: all are then measured on. */
const fewest = 4;
/** Of fewer samples too few would be held back to stand for others. */
const fewestSamples = heldBack * fewest;
/** Of the clips that ranges are taken from, those that biases are corrected over. */
const corrected = 64;
/** Clips that are observed at once. */
const batchSize = 8;

export interface GatheredClips {
  /** How many were observed. */
  observed: number;
  /** Some of them, to correct biases over. */
  correction: NativeClip[];
  /** Those to measure on. */
  measured: LabelledClip[];
  /** Whether these were not observed, and are of other samples than those that were; if not, what a person should know. */
  warning: string | null;
}

/**
 * Has clips observed as they come, and keeps those that are needed again. Clips of one sample look alike: held back are
 * whole samples, unless there are few.
 *
 * @param clips those of a sample one after another
 * @param samples how many samples they are of, about
 */
export async function gatherClips(
  clips: AsyncIterable<LabelledClip>,
  samples: number,
  observe: (clips: NativeClip[]) => Promise<void>,
): Promise<GatheredClips> {
  const held: LabelledClip[] = [];
  const kept: LabelledClip[] = [];
  let waiting: NativeClip[] = [];
  const observedSamples = new Set<number>();
  let [units, observed] = [0, 0];
  let last: number | null = null;
  const flush = async () => {
    observed += waiting.length;
    await observe(waiting);
    waiting = [];
  };
  for await (const labelled of clips) {
    const { sample } = labelled;
    if (samples < fewestSamples || sample !== last) units++;
    last = sample;
    if (units % heldBack === 0) held.push(labelled);
    else {
      observedSamples.add(sample);
      waiting.push(labelled.clip);
      if (kept.length < corrected) kept.push(labelled);
      if (waiting.length === batchSize) await flush();
    }
  }
  const isHeldBack = held.length >= fewest;
  if (!isHeldBack) waiting.push(...held.map(({ clip }) => clip));
  await flush();
  return {
    observed,
    correction: kept.map(({ clip }) => clip),
    measured: isHeldBack ? held : [...kept, ...held],
    warning: !isHeldBack ? notHeldBack : held.some(({ sample }) => observedSamples.has(sample)) ? sameSamples : null,
  };
}

const notHeldBack =
  'there are too few clips to hold some back: the figures were measured on those that ranges were taken from';
const sameSamples =
  'there are too few videos to hold some back: the figures were measured on other clips of the same videos that ranges ' +
  'were taken from, and flatter';

import type { NativeClip } from '../../binding';
import type { LabelledClip } from './calibrationClips';

/** Of the clips every so many-th is held back. */
const heldBack = 3;
/** Fewer say nothing: all clips are then measured on. */
const fewest = 4;
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
  /** Whether these were not observed. */
  isHeldBack: boolean;
}

/** Has clips observed as they come, and keeps those that are needed again. */
export async function gatherClips(
  clips: AsyncIterable<LabelledClip>,
  observe: (clips: NativeClip[]) => Promise<void>,
): Promise<GatheredClips> {
  const held: LabelledClip[] = [];
  const kept: LabelledClip[] = [];
  let waiting: NativeClip[] = [];
  let [all, observed] = [0, 0];
  const flush = async () => {
    observed += waiting.length;
    await observe(waiting);
    waiting = [];
  };
  for await (const labelled of clips) {
    if (++all % heldBack === 0) held.push(labelled);
    else {
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
    isHeldBack,
  };
}

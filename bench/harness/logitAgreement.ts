import type { Clip, VideoModel } from '../../dist';
import { noiseClip } from './noiseClip';
import { relativeError } from './statistics';

export interface Agreement {
  /** Clips that were compared. */
  clips: number;
  /** Those with the same first class. */
  agreeing: number;
  /** First classes that occur. */
  classes: number;
  /** Of the logits, relative to the largest of a clip. */
  largestError: number;
  /** Over the clips whose first classes differ: how far the reference's first two logits are apart, likewise relative. */
  largestMarginOfOthers: number;
}

/** Clips are run one by one and in batches. */
const together = 4;

/**
 * Runs the same clips, seeded noise of many scales in motion, through two models and compares their logits.
 *
 * @param until milliseconds since 1970 at which to stop short of `count`
 */
export async function logitAgreement(
  model: VideoModel,
  reference: VideoModel,
  count: number,
  until = Number.POSITIVE_INFINITY,
): Promise<Agreement> {
  const { frames, height, width } = model.input;
  const clipsFrom = (first: number) =>
    Array.from({ length: Math.min(together, count - first) }, (_, i) => noiseClip(first + i, frames, height, width));
  const classes = new Set<number>();
  const found: Agreement = { clips: 0, agreeing: 0, classes: 0, largestError: 0, largestMarginOfOthers: 0 };
  let clips = clipsFrom(0);
  for (let first = 0; first < count && Date.now() < until; first += together) {
    const alone = (first / together) % 2 === 0;
    const running = Promise.all([alone ? oneByOne(model, clips) : atOnce(model, clips), atOnce(reference, clips)]);
    const next = clipsFrom(first + together); // while the models work
    const [logits, expected] = await running;
    for (const [i, row] of expected.entries()) compare(found, classes, logits[i] as Float32Array, row);
    clips = next;
  }
  return { ...found, classes: classes.size };
}

const atOnce = (model: VideoModel, clips: Clip[]) => Promise.all(clips.map((clip) => model.logits(clip)));

async function oneByOne(model: VideoModel, clips: Clip[]): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (const clip of clips) rows.push(await model.logits(clip));
  return rows;
}

function compare(found: Agreement, classes: Set<number>, logits: Float32Array, expected: Float32Array): void {
  const [first = 0, second = 0] = Float32Array.from(expected).sort().reverse();
  const best = expected.indexOf(first);
  found.clips++;
  classes.add(best);
  found.largestError = Math.max(found.largestError, relativeError([...logits], [...expected]));
  if (logits.indexOf(Math.max(...logits)) === best) {
    found.agreeing++;
    return;
  }
  const margin = (first - second) / Math.max(...expected.map(Math.abs));
  found.largestMarginOfOthers = Math.max(found.largestMarginOfOthers, margin);
}

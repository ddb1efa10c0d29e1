import type { EvalResult, NativeTrainer } from '../../binding';
import type { ClipLoader } from '../dataset/clipLoader';
import { callNative } from '../native';
import type { ValidationMetrics } from './types';

/** Runs every clip of `loader` through the network once, in evaluation mode. */
export async function validate(
  trainer: NativeTrainer,
  loader: ClipLoader,
  epoch: number,
  signal?: AbortSignal,
): Promise<ValidationMetrics> {
  let clips = 0;
  let loss = 0;
  let first = 0;
  let firstFive = 0;
  for await (const batch of loader.epoch('evaluate', epoch, signal)) {
    const result = await callNative(() => trainer.evaluate(batch));
    loss += result.lossSum;
    clips += batch.batch;
    for (const place of placesOf(batch.labels, result)) {
      if (place < 1) first++;
      if (place < 5) firstFive++;
    }
  }
  return { loss: loss / clips, top1: first / clips, top5: firstFive / clips, clips };
}

/** For every clip, how many classes came before its label: of two that score the same, the lower index does. */
export function placesOf(labels: Int32Array, { probabilities }: Pick<EvalResult, 'probabilities'>): number[] {
  const classes = probabilities.length / labels.length;
  return Array.from(labels, (label, clip) => {
    const scores = probabilities.subarray(clip * classes, (clip + 1) * classes);
    const own = scores[label] as number;
    // A score that is not a number is never right.
    if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
    return scores.reduce((before, score, index) => before + Number(score > own || (score === own && index < label)), 0);
  });
}

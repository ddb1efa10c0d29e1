import type { EvalResult, NativeBatch, NativeTrainer } from '../../binding';
import { KinetorchError } from '../base/errors';
import type { ClipLoader } from '../dataset/clips/clipLoader';
import { placeOf } from '../evaluation/singleLabelMetrics';
import { callNative } from '../native';
import { nameClips } from './nameClips';
import type { ValidationMetrics } from './types';

/** Runs every clip of `loader` once, in evaluation mode. Throws `ERR_TRAINING` for a loss that is not finite. */
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
  for await (const batch of loader.epoch('evaluate', epoch, { signal })) {
    const result = await callNative(() => trainer.evaluate(batch));
    if (!Number.isFinite(result.lossSum)) {
      throw new KinetorchError(
        'ERR_TRAINING',
        `expected a finite validation loss of epoch ${epoch + 1} but it is ${result.lossSum}. ` +
          `The clips of this batch: ${nameClips(batch.names)}`,
      );
    }
    loss += result.lossSum;
    clips += batch.batch;
    for (const place of placesOf(batch, result)) {
      if (place < 1) first++;
      if (place < 5) firstFive++;
    }
  }
  return { loss: loss / clips, top1: first / clips, top5: firstFive / clips, clips };
}

/**
 * The place of every clip's label among the classes, from 0. A clip of several classes has place 0 where each is above
 * one half and no other is, else none.
 */
export function placesOf(
  { batch, labels, targets }: Pick<NativeBatch, 'batch' | 'labels' | 'targets'>,
  { probabilities }: Pick<EvalResult, 'probabilities'>,
): number[] {
  const classes = probabilities.length / batch;
  return Array.from({ length: batch }, (_, clip) => {
    const scores = probabilities.subarray(clip * classes, (clip + 1) * classes);
    if (targets.length === 0) return placeOf(labels[clip] as number, scores);
    const isRight = scores.every((score, index) => score > 0.5 === (targets[clip * classes + index] as number) > 0.5);
    return isRight ? 0 : Number.POSITIVE_INFINITY;
  });
}
